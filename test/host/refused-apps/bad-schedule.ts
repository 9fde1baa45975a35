import { app } from "@azure/functions";

app.timer("daily", { schedule: "every day", handler: () => undefined });
