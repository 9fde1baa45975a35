import { Hono } from "hono";

import type { Registry } from "./registry.ts";
import { timerText } from "./timer-triggers.ts";
import type { TriggerRunner } from "./triggers.ts";

/**
 * Runs a timer function now, as `POST /admin/functions/NAME` does on a real host: 202 at once, whatever becomes of it.
 * Source: Microsoft, "Manually run a non HTTP-triggered function". Other kinds have ways of their own here.
 */
export function adminApi(registry: Registry, runner: TriggerRunner): Hono {
  const app = new Hono();
  app.post("/admin/functions/:name", (context) => {
    const name = context.req.param("name").toLowerCase();
    const target = [...registry.values()].find((found) => found.name.toLowerCase() === name);
    if (target?.trigger.kind !== "timer") {
      const message = "There is no timer function of that name.";
      const nextStep = "Name a timer function of this app.";
      return context.json({ error: { code: "not-found", message, nextStep } }, 404);
    }
    void runner.run(target, { json: timerText(target.trigger.schedule) }).catch(() => {
      // The runner has reported it. As on Azure, the caller learns nothing of it.
    });
    return context.body(null, 202);
  });
  return app;
}
