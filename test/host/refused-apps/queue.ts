import { app } from "@azure/functions";

app.storageQueue("inbox", { queueName: "q", connection: "c", handler: () => undefined });
