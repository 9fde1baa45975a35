import { app } from "@azure/functions";

app.setup({ enableHttpStream: true });
app.http("streamed", { handler: () => ({ status: 200 }) });
