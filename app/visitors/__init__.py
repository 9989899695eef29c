"""What a request tells of the person who sent it: browser, system, device, place, page."""
