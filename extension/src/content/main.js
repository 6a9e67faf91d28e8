// May be run more than once in a page, by a click and by a site that was allowed; only the first counts.

import { Agent } from "./agent.js";

const place = /** @type {{medriskAgent?: Agent}} */ (globalThis);

if (!place.medriskAgent) {
  place.medriskAgent = new Agent();
  place.medriskAgent.start();
}
