import { app } from "@azure/functions";

import { services } from "../services.ts";

/** When the host ends this process in order: what was not sent yet is. */
app.hook.appTerminate(async () => {
  await services().endTelemetry();
});
