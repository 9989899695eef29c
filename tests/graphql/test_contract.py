"""What clients are promised: every type, field and argument below stays as it is.

The schema may have more. The snapshot shows every change; this shows which ones break a promise.
"""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
)

from graphql_schema.schema import build_schema

PROMISED = """
scalar DateTime
scalar Duration
scalar JSON
interface Node { id: ID! }

type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  profile(by: ProfileRef!): Profile
  profiles(
    filter: ProfileFilter, search: String, segment: ID, orderBy: [AttributeOrder!]
    first: Int, after: String, last: Int, before: String
  ): ProfileConnection!
  account(by: AccountRef!): Account
  accounts(
    filter: ProfileFilter, search: String, segment: ID, orderBy: [AttributeOrder!]
    first: Int, after: String, last: Int, before: String
  ): AccountConnection!
  eventSources(kind: EventSourceKind): [EventSource!]!
  segment(id: ID!): Segment
  segments(kind: ProfileKind, search: String, first: Int, after: String): SegmentConnection!
  previewSegment(
    kind: ProfileKind!, definition: ProfileFilter!, sample: Int = 10
  ): SegmentPreview!
  explainSegment(segment: ID!, profile: ProfileRef, account: AccountRef): SegmentExplanation!
  segmentImports: SegmentImports!
  events(
    filter: EventFilter, during: TimeRange, profiles: ProfileFilter, first: Int, after: String
  ): EventConnection!
  previewMerge(identifiers: [IdentifierInput!]!): MergePreview!
  collisions(first: Int, after: String): CollisionConnection!
  attributes(kind: ProfileKind!, origin: AttributeOrigin): [AttributeDefinition!]!
  attribute(kind: ProfileKind!, name: String!): AttributeDefinition
  brokenProfiles(first: Int, after: String): BrokenProfileConnection!
  brokenAccounts(first: Int, after: String): BrokenAccountConnection!
}

type Mutation {
  ingestEvents(input: IngestEventsInput!): IngestEventsPayload!
  createAttribute(input: CreateAttributeInput!): AttributePayload!
  updateAttribute(input: UpdateAttributeInput!): AttributePayload!
  deleteAttribute(input: DeleteAttributeInput!): DeletePayload!
  mergeProfiles(input: MergeProfilesInput!): MergeProfilesPayload!
  unmergeProfile(input: UnmergeProfileInput!): UnmergeProfilePayload!
  eraseProfile(input: EraseProfileInput!): EraseProfilePayload!
  createSegment(input: CreateSegmentInput!): SegmentPayload!
  updateSegment(input: UpdateSegmentInput!): SegmentPayload!
  refreshSegment(input: RefreshSegmentInput!): SegmentPayload!
  deleteSegment(input: DeleteSegmentInput!): DeletePayload!
  importSegmentCsv(input: ImportSegmentCsvInput!): ImportSegmentCsvPayload!
  createEventSource(input: CreateEventSourceInput!): CreateEventSourcePayload!
  updateEventSource(input: UpdateEventSourceInput!): EventSourcePayload!
  revokeEventSource(input: RevokeEventSourceInput!): EventSourcePayload!
}

input ProfileFilter @oneOf {
  and: [ProfileFilter!]
  or: [ProfileFilter!]
  not: ProfileFilter
  attribute: AttributeCondition
  performed: PerformedCondition
  segment: ID
  identifierIn: IdentifierList
  account: ID
}
input AttributeCondition {
  name: String!
  eq: JSON
  ne: JSON
  in: [JSON!]
  notIn: [JSON!]
  gt: JSON
  gte: JSON
  lt: JSON
  lte: JSON
  contains: String
  startsWith: String
  matches: String
  exists: Boolean
  withinLast: Duration
  notWithinLast: Duration
}
input PerformedCondition {
  steps: [StepInput!]! scope: Scope = SESSION window: Duration during: TimeRange! times: CountRange
}
input StepInput { event: EventFilter! negated: Boolean = false }
enum Scope { SESSION WINDOW }
input CountRange { atLeast: Int atMost: Int }
input IdentifierList { type: String! values: [String!]! }
input AttributeOrder { attribute: String! direction: Direction = ASC }

type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

type ProfileConnection {
  edges: [ProfileEdge!]!
  nodes: [Profile!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type ProfileEdge { cursor: String! node: Profile! }

type AccountConnection {
  edges: [AccountEdge!]!
  nodes: [Account!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type AccountEdge { cursor: String! node: Account! }

type SessionConnection {
  edges: [SessionEdge!]!
  nodes: [Session!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type SessionEdge { cursor: String! node: Session! }

type EventConnection {
  edges: [EventEdge!]!
  nodes: [Event!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type EventEdge { cursor: String! node: Event! }

type UserError { code: String! message: String! path: [String!] }

enum ProfileKind { USER ACCOUNT }
enum Direction { ASC DESC }
enum DataType { STRING NUMBER BOOLEAN DATETIME IP }
enum Aggregation { FIRST LAST FIRST_AND_LAST LIST UNIQUE_LIST MIN MAX SUM }
enum AttributeOrigin { DEFAULT CUSTOM_DIMENSION CUSTOM IMPORTED }
enum BackfillState { WAITING RUNNING DONE }
enum EventType { VIEW ACTION ERROR RESOURCE LONG_TASK CUSTOM }

input ProfileRef @oneOf { id: ID identifier: IdentifierInput userId: String }
input AccountRef @oneOf { id: ID accountId: String }
input IdentifierInput { type: String! value: String! }
type Identifier { type: String! value: String! }
type Country { code: String! name: String! }

type Profile implements Node {
  id: ID!
  identifiers: [Identifier!]!
  createdAt: DateTime!
  updatedAt: DateTime!
  userId: String email: String name: String
  firstSeen: DateTime lastSeen: DateTime
  firstSeenApplication: String lastSeenApplication: String
  firstCity: String lastCity: String
  firstSeenCountry: Country lastSeenCountry: Country
  firstRegion: String lastRegion: String
  firstDeviceType: String lastDeviceType: String
  firstOsName: String lastOsName: String
  firstOsVersion: String lastOsVersion: String
  firstBrowserName: String lastBrowserName: String
  firstBrowserVersion: String lastBrowserVersion: String
  attribute(name: String!): AttributeValue
  attributes(names: [String!]): [AttributeValue!]!
  accounts(first: Int, after: String): AccountConnection!
  segments: [Segment!]!
  sessions(
    during: TimeRange
    onlyFrustrated: Boolean = false
    first: Int
    after: String
  ): SessionConnection!
  events(filter: EventFilter, during: TimeRange, first: Int, after: String): EventConnection!
  mostVisitedPages(during: TimeRange, first: Int = 10): [PageCount!]!
  frequentActions(during: TimeRange, first: Int = 10): [ActionCount!]!
}

type Account implements Node {
  id: ID!
  accountId: String!
  name: String
  firstSeen: DateTime lastSeen: DateTime
  createdAt: DateTime! updatedAt: DateTime!
  attribute(name: String!): AttributeValue
  attributes(names: [String!]): [AttributeValue!]!
  users(
    filter: ProfileFilter, orderBy: [AttributeOrder!], first: Int, after: String
  ): ProfileConnection!
}

type AttributeValue {
  name: String!
  definition: AttributeDefinition!
  value: JSON first: JSON last: JSON
  values: [TimedValue!]
}

type TimedValue { value: JSON! time: DateTime! }

type AttributeDefinition implements Node {
  id: ID!
  kind: ProfileKind! name: String! displayName: String! description: String
  dataType: DataType! aggregation: Aggregation! origin: AttributeOrigin! eventField: String
  createdAt: DateTime! updatedAt: DateTime!
  backfill: AttributeBackfill
}

type AttributeBackfill {
  state: BackfillState! processed: Int! total: Int startedAt: DateTime finishedAt: DateTime
}

type Session implements Node {
  id: ID!
  sessionId: String! startedAt: DateTime! endedAt: DateTime!
  application: String entryPage: String exitPage: String
  viewCount: Int! actionCount: Int! errorCount: Int!
  frustrationCount: Int! frustrations: [FrustrationCount!]!
  views: [SessionView!]!
  analyticsQuery: String!
  events(first: Int, after: String): EventConnection!
}

type SessionView {
  page: String
  startedAt: DateTime!
  frustrationCount: Int! frustrations: [FrustrationCount!]!
}

type PageCount { page: String! views: Int! sessions: Int! }
type ActionCount { action: String! count: Int! }

type Event implements Node {
  id: ID!
  eventId: String!
  type: EventType!
  name: String
  time: DateTime! receivedAt: DateTime!
  sessionId: String accountId: String
  user: JSON! account: JSON! context: JSON! properties: JSON!
  profile: Profile
}

type MergePreview {
  profiles: [Profile!]! primary: Profile
  identifiers: [Identifier!]! attributes: [AttributeValue!]! apart: [Identifier!]!
  isBroken: Boolean!
}

type Collision {
  identifier: Identifier! about: Identifier!
  foundAt: DateTime! firstAt: DateTime! lastAt: DateTime!
  events(first: Int, after: String): EventConnection!
}

input EventFilter { type: EventType name: String where: [PropertyCondition!] query: String }

input PropertyCondition {
  field: String!
  eq: JSON ne: JSON in: [JSON!]
  gt: JSON gte: JSON lt: JSON lte: JSON
  contains: String
  matches: String
  exists: Boolean
}

input TimeRange @oneOf { last: Duration between: TimeInterval }
input TimeInterval { from: DateTime! to: DateTime! }

type FrustrationCount { type: String! count: Int! }

input IngestEventsInput { events: [EventInput!]! sentAt: DateTime }

input EventInput {
  id: String
  type: EventType!
  name: String
  time: DateTime!
  sequence: Int
  userId: String cookieId: String identifiers: [IdentifierInput!]
  anonymousTracking: Boolean = false
  user: JSON account: JSON
  sessionId: String
  context: JSON properties: JSON
}

type IngestEventsPayload {
  accepted: Int!
  duplicate: Int!
  rejected: [EventRejection!]!
  warnings: [EventWarning!]!
  errors: [UserError!]!
}

type EventRejection { index: Int! code: String! message: String! }
type EventWarning { index: Int! code: String! message: String! attribute: String }

input CreateAttributeInput {
  kind: ProfileKind! name: String! displayName: String description: String
  dataType: DataType! aggregation: Aggregation! eventField: String
  backfill: Boolean = true
}

input UpdateAttributeInput {
  id: ID! displayName: String description: String
  dataType: DataType aggregation: Aggregation eventField: String
}

input DeleteAttributeInput { id: ID! }
type AttributePayload { attribute: AttributeDefinition errors: [UserError!]! }
type DeletePayload { deletedId: ID errors: [UserError!]! }
input UnmergeProfileInput { profile: ProfileRef! identifiers: [IdentifierInput!]! }
type UnmergeProfilePayload { profile: Profile split: Profile errors: [UserError!]! }
input MergeProfilesInput { primary: ProfileRef secondary: [ProfileRef!]! }
type MergeProfilesPayload { profile: Profile errors: [UserError!]! }

type Segment implements Node {
  id: ID!
  name: String! description: String kind: ProfileKind! version: Int!
  createdAt: DateTime! updatedAt: DateTime!
  definition: JSON!
  size: Int! sizeAsOf: DateTime!
  refreshEvery: Duration refreshedAt: DateTime historySince: DateTime
  changes(
    change: MembershipChange! = ENTERED, during: TimeRange, first: Int, after: String
  ): MemberChangeConnection!
  profiles(
    orderBy: [AttributeOrder!], asOf: DateTime
    first: Int, after: String, last: Int, before: String
  ): ProfileConnection!
  accounts(
    orderBy: [AttributeOrder!], asOf: DateTime
    first: Int, after: String, last: Int, before: String
  ): AccountConnection!
}
enum MembershipChange { ENTERED LEFT }
type MemberChange { change: MembershipChange! at: DateTime! profile: Profile account: Account }
type MemberChangeEdge { cursor: String! node: MemberChange! }
type MemberChangeConnection {
  edges: [MemberChangeEdge!]!
  nodes: [MemberChange!]!
  pageInfo: PageInfo!
  totalCount: Int!
}
type SegmentPreview { size: Int! profiles: [Profile!]! accounts: [Account!]! }
type SegmentExplanation {
  belongs: Boolean! segment: Segment! conditions: [ConditionVerdict!]!
}
type ConditionVerdict {
  path: [String!]! condition: JSON! holds: Boolean! values: [JSON!]! events: [Event!]!
}

type SegmentConnection {
  edges: [SegmentEdge!]!
  nodes: [Segment!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type SegmentEdge { cursor: String! node: Segment! }

input CreateSegmentInput {
  name: String! description: String kind: ProfileKind! definition: ProfileFilter!
  refreshEvery: Duration
}
input UpdateSegmentInput {
  id: ID! name: String description: String definition: ProfileFilter version: Int
  refreshEvery: Duration
}
input RefreshSegmentInput { id: ID! }
input DeleteSegmentInput { id: ID! }
type SegmentPayload { segment: Segment errors: [UserError!]! }

scalar Upload
input ImportSegmentCsvInput {
  name: String segment: ID kind: ProfileKind! file: Upload csv: String column: String!
  matchOn: String! delimiter: String dryRun: Boolean
}
type ImportSegmentCsvPayload {
  segment: Segment rows: Int! matched: Int! unknown: Int! duplicate: Int! ambiguous: Int!
  rejected: [RowError!]! rejectedCount: Int! errors: [UserError!]!
}
type RowError { line: Int! code: String! message: String! }
type SegmentImports { underWay: [SegmentImport!]! }
type SegmentImport {
  id: ID! name: String! kind: ProfileKind! rows: Int! read: Int! size: Int! startedAt: DateTime!
}

enum EventSourceKind { DATADOG_RUM SEGMENT RUDDERSTACK POSTHOG API OTHER }
enum IdentityPolicy { MERGE_ALL FIRST_USER_WINS }

type EventSource implements Node {
  id: ID!
  name: String! kind: EventSourceKind! policy: IdentityPolicy origins: [String!]!
  rate: Float burst: Int! traitsBecomeAttributes: Boolean!
  createdAt: DateTime! updatedAt: DateTime! revokedAt: DateTime
}

input CreateEventSourceInput {
  name: String! kind: EventSourceKind! policy: IdentityPolicy origins: [String!]
  rate: Float burst: Int traitsBecomeAttributes: Boolean! = false
}
input UpdateEventSourceInput {
  id: ID! name: String policy: IdentityPolicy origins: [String!]
  rate: Float burst: Int traitsBecomeAttributes: Boolean
}
input RevokeEventSourceInput { id: ID! }
type CreateEventSourcePayload { eventSource: EventSource writeKey: String errors: [UserError!]! }
type EventSourcePayload { eventSource: EventSource errors: [UserError!]! }
"""

Fields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode


def test_what_clients_are_promised_is_there() -> None:
    promised, served = facts(parse(PROMISED)), facts(parse(build_schema().as_str()))

    assert sorted(promised - served) == []


def test_enums_have_no_other_values() -> None:
    """A client that switches over them would meet a case that it does not know."""

    def enums(document: DocumentNode) -> dict[str, list[str]]:
        return {
            one.name.value: [value.name.value for value in one.values or ()]
            for one in document.definitions
            if isinstance(one, EnumTypeDefinitionNode)
        }

    assert enums(parse(build_schema().as_str())) == enums(parse(PROMISED))


def facts(document: DocumentNode) -> set[str]:
    """Everything that a document says, as separate lines."""
    return {fact for definition in document.definitions for fact in _facts(definition)}


def _facts(definition: object) -> Iterator[str]:
    match definition:
        case ScalarTypeDefinitionNode(name=name):
            yield f"scalar {name.value}"
        case EnumTypeDefinitionNode(name=name, values=values):
            yield from (f"enum {name.value} {one.name.value}" for one in values or ())
        case (
            ObjectTypeDefinitionNode()
            | InterfaceTypeDefinitionNode()
            | InputObjectTypeDefinitionNode()
        ):
            yield from _type_facts(definition)
        case _:
            pass


def _type_facts(definition: Fields) -> Iterator[str]:
    name = definition.name.value
    yield f"{definition.kind} {name}"
    yield from (f"{name} @{one.name.value}" for one in definition.directives or ())
    if not isinstance(definition, InputObjectTypeDefinitionNode):
        yield from (f"{name} implements {one.name.value}" for one in definition.interfaces or ())
    for field in definition.fields or ():
        yield from _field_facts(name, field)


def _field_facts(
    owner: str, field: FieldDefinitionNode | InputValueDefinitionNode
) -> Iterator[str]:
    path = f"{owner}.{field.name.value}"
    yield f"{path}: {print_ast(field.type)}"
    if isinstance(field, InputValueDefinitionNode):
        yield from _default(path, field)
        return
    for argument in field.arguments or ():
        place = f"{path}({argument.name.value}:)"
        yield f"{place}: {print_ast(argument.type)}"
        yield from _default(place, argument)


def _default(path: str, value: InputValueDefinitionNode) -> Iterator[str]:
    if value.default_value:
        yield f"{path} = {print_ast(value.default_value)}"
