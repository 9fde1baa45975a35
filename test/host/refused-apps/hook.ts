import { app } from "@azure/functions";

app.hook.preInvocation(() => undefined);
