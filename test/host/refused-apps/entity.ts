import { app } from "durable-functions";

app.entity("counter", (context) => {
  context.df.setState(1);
});
