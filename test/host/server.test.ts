import { once } from "node:events";
import { createServer } from "node:net";

import { Hono } from "hono";
import { expect, it } from "vitest";

import { listen, listenError } from "../../local/host/server.ts";

it("says that a port is in use", async () => {
  const taken = await listen(new Hono(), 0);

  const second = listen(new Hono(), Number(new URL(taken.url).port));

  await expect(second).rejects.toMatchObject({ code: "port-in-use" });
  await taken.close();
});

it("does not take another failure to listen for a port in use", async () => {
  // An address for documentation, which no machine has.
  const server = createServer().listen(0, "192.0.2.1");
  const [cause]: unknown[] = await once(server, "error").catch((error: unknown) => [error]);

  expect(listenError(7071, cause)).toMatchObject({ code: "cannot-listen" });
});
