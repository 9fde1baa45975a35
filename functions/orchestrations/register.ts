import { app } from "durable-functions";

import { byVersion, VERSIONS } from "./versions.ts";

for (const name of new Set(Object.values(VERSIONS).flatMap((stories) => Object.keys(stories)))) {
  app.orchestration(name, byVersion(name, VERSIONS));
}
