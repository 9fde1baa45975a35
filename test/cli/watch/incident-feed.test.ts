import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openHostClient } from "../../../local/cli/host/host-client.ts";
import type { IncidentView } from "../../../local/cli/host/host-schema.ts";
import { openFeed } from "../../../local/cli/watch/incident-feed.ts";
import { anIncidentView } from "../builders.ts";
import { startSmallServer } from "./small-server.ts";
import type { SmallServer } from "./small-server.ts";

let server: SmallServer;
let incidents: readonly IncidentView[] = [];
/** The path that fails. */
let failing = "";

beforeEach(async () => {
  incidents = [];
  failing = "";
  server = await startSmallServer((path) => (path === failing ? UNWELL : answer(path)));
});

afterEach(async () => {
  await server.close();
});

const UNWELL = { status: 500, body: "" };

/** Answers as the host does: incidents newest first. */
function answer(path: string): { status: number; body: unknown } {
  const url = new URL(path, "http://host");
  if (url.pathname !== "/api/incidents") {
    const id = url.pathname.split("/").at(-1);
    const found = incidents.find((incident) => incident.id === id);
    const error = { code: "incident-not-found", message: "m", problems: [], nextStep: "n" };
    return found === undefined ? { status: 404, body: { error } } : { status: 200, body: found };
  }
  const open = url.searchParams.get("open") === "true";
  const listed = incidents.filter(({ closedAt }) => !open || closedAt === null);
  return {
    status: 200,
    body: { incidents: listed.slice(0, Number(url.searchParams.get("limit"))) },
  };
}

function anOpen(id: string, openedAt = "2026-05-04T10:00:00.000Z"): IncidentView {
  return anIncidentView({ id, openedAt, closedAt: null });
}

function aClosed(id: string, closedAt = "2026-05-04T10:02:00.000Z"): IncidentView {
  return anIncidentView({
    id,
    closedAt,
    outcome: { kind: "refused", code: "nsg", message: "m", nextStep: "n", remarks: [] },
  });
}

function idsOf(list: readonly { readonly id: string }[]): readonly string[] {
  return list.map(({ id }) => id);
}

describe("the feed of incidents", () => {
  it("begins with what is open, newest first, and does not tell what had ended before", async () => {
    incidents = [aClosed("c"), anOpen("b", "2026-05-04T11:00:00.000Z"), anOpen("a")];

    const first = await openFeed(openHostClient(server.url))();

    expect(idsOf(first.open)).toEqual(["b", "a"]);
    expect(first.closed).toEqual([]);
  });

  it("tells each end once, in the order of the ends", async () => {
    const look = openFeed(openHostClient(server.url));
    incidents = [anOpen("b"), anOpen("a")];
    await look();
    incidents = [aClosed("b", "2026-05-04T10:09:00.000Z"), aClosed("a")];

    const second = await look();
    const third = await look();

    expect(idsOf(second.closed)).toEqual(["a", "b"]);
    expect(second.open).toEqual([]);
    expect(third).toEqual({ open: [], closed: [] });
  });

  it("tells of an incident that opened and ended between two looks", async () => {
    const look = openFeed(openHostClient(server.url));
    await look();
    incidents = [aClosed("quick")];

    const { closed } = await look();

    expect(closed).toMatchObject([{ id: "quick", outcome: { code: "nsg" } }]);
  });

  it("tells an end that is not among the newest incidents", async () => {
    const look = openFeed(openHostClient(server.url));
    const newer = Array.from({ length: 60 }, (_, n) => aClosed(`n${n}`));
    incidents = [...newer, anOpen("old")];
    await look();
    incidents = [...newer, aClosed("old")];

    const { closed } = await look();

    expect(idsOf(closed)).toEqual(["old"]);
  });

  it("goes on with an open incident that the list has no place for", async () => {
    const look = openFeed(openHostClient(server.url));
    incidents = [anOpen("old")];
    await look();
    const newer = Array.from({ length: 500 }, (_, n) =>
      anOpen(`n${n}`, "2026-05-04T11:00:00.000Z"),
    );
    incidents = [...newer, anOpen("old")];

    const { open, closed } = await look();

    expect(open).toHaveLength(501);
    expect(open.at(-1)?.id).toBe("old");
    expect(closed).toEqual([]);
  });

  it("loses nothing when a look fails halfway", async () => {
    const look = openFeed(openHostClient(server.url));
    incidents = [anOpen("a")];
    await look();
    incidents = [aClosed("a")];
    failing = "/api/incidents/a";

    await expect(look()).rejects.toMatchObject({ code: "unexpected-answer" });
    failing = "";
    const { closed } = await look();

    expect(idsOf(closed)).toEqual(["a"]);
  });

  it("forgets what the host does not know any more", async () => {
    const look = openFeed(openHostClient(server.url));
    incidents = [anOpen("a")];
    await look();
    incidents = [];

    expect(await look()).toEqual({ open: [], closed: [] });
  });
});
