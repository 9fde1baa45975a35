import path from "node:path";

import { readVersioning } from "../../local/host/versions.ts";

/** Version of the orchestrations that new runs get. */
export const NEWEST_VERSION =
  readVersioning(path.join(import.meta.dirname, "../../host.json")).defaultVersion ?? "";
