import { app } from "@azure/functions";

for (const route of ["a", "b"]) {
  app.http("same", { route, handler: () => ({ status: 200 }) });
}
