import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { env } from "node:process";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { makeFakeAz } from "../azure/fake-az.ts";
import type { FakeAz } from "../azure/fake-az.ts";

const SCRIPT = join(import.meta.dirname, "../../infra/scripts/register-app.sh");
const TENANT = "c0ffee00-1111-4222-8333-444455556666";
const ME = "0e000000-1111-4222-8333-444455556666";
const PERSON = "0f000000-1111-4222-8333-444455556666";
const AZURE_MONITOR = "461e8683-5575-4561-ac7f-899cc907d62a";
const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/** An Entra in a file, as far as the script asks it. It is as strict as the real one about ids that it does not know yet. */
const ENTRA = `
const file = folder + "/entra.json";
const entra = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : { apps: [], principals: [], assignments: [] };
const option = (name) => words[words.indexOf("--" + name) + 1];
const fail = (text) => { console.error("ERROR: " + text); process.exit(1); };
const id = () => crypto.randomUUID();
const body = () => JSON.parse(option("body"));
const app = () => entra.apps.find((each) => option("id") === each.appId) ?? fail("no such application");
const tell = (...lines) => lines.forEach((line) => console.log(line));
const answers = {
  "account show": () => tell({ tenantId: "${TENANT}", "user.type": "user" }[option("query")]),
  "cloud show": () => tell(option("query").includes("Graph") ? "https://graph.microsoft.com/" : "https://login.microsoftonline.com"),
  "ad app list": () => tell(...entra.apps.filter((each) => option("filter") === "displayName eq '" + each.name + "'").map((each) => each.appId)),
  "ad app create": () => { const made = { name: option("display-name"), appId: id(), id: id(), owners: [] }; entra.apps.push(made); tell(made.appId); },
  "ad app show": () => tell(app().id),
  "ad signed-in-user show": () => tell("${ME}"),
  "ad app owner list": () => tell(...app().owners),
  "ad app owner add": () => app().owners.push(option("owner-object-id")),
  "ad sp list": () => tell(...entra.principals.filter((each) => option("filter") === "appId eq '" + each.appId + "'").map((each) => each.id)),
  "ad sp create": () => { const made = { appId: option("id"), id: id() }; entra.principals.push(made); tell(made.id); },
  "rest --method PATCH": () => {
    const changed = entra.apps.find((each) => option("url").endsWith("(appId='" + each.appId + "')")) ?? fail("no such application");
    const { api, ...rest } = body();
    const known = (changed.api?.oauth2PermissionScopes ?? []).map((each) => each.id);
    for (const client of api.preAuthorizedApplications ?? []) {
      if (client.delegatedPermissionIds.some((each) => !known.includes(each))) fail("a Permission Id that cannot be found");
    }
    Object.assign(changed, rest, { api: { ...changed.api, ...api } });
  },
  "rest --method GET": () => tell(...entra.assignments.map((each) => each.principalId + "\\t" + each.appRoleId)),
  "rest --method POST": () => {
    const made = body();
    if (entra.assignments.some((each) => each.principalId === made.principalId && each.appRoleId === made.appRoleId)) fail("Permission being assigned already exists");
    entra.assignments.push(made);
  },
};
const name = Object.keys(answers).find((each) => words.join(" ").startsWith(each)) ?? fail("unknown: " + words.join(" "));
answers[name]();
fs.writeFileSync(file, JSON.stringify(entra));
`;

const roleSchema = z.object({
  id: z.string(),
  value: z.string(),
  allowedMemberTypes: z.array(z.string()),
});
const entraSchema = z.object({
  apps: z.array(
    z.object({
      name: z.string(),
      appId: z.string(),
      id: z.string(),
      owners: z.array(z.string()),
      identifierUris: z.array(z.string()),
      appRoles: z.array(roleSchema),
      api: z.object({
        oauth2PermissionScopes: z.array(z.object({ id: z.string() })),
        preAuthorizedApplications: z.array(
          z.object({ appId: z.string(), delegatedPermissionIds: z.array(z.string()) }),
        ),
      }),
    }),
  ),
  principals: z.array(z.object({ appId: z.string(), id: z.string() })),
  assignments: z.array(
    z.object({ principalId: z.string(), resourceId: z.string(), appRoleId: z.string() }),
  ),
});

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(az: FakeAz, ...words: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync("bash", [SCRIPT, ...words], {
    env: { ...env, PATH: az.path(env["PATH"] ?? "") },
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

function entraOf(az: FakeAz): z.output<typeof entraSchema> {
  return entraSchema.parse(JSON.parse(az.read("entra.json")));
}

describe("the registration of the application", () => {
  const az = makeFakeAz(ENTRA);
  let first: Ran;

  beforeAll(() => {
    first = run(az, "--operator", PERSON, "--reader", ME);
  });

  afterAll(() => {
    az.remove();
  });

  it("has its identifier URI, its three roles, Azure CLI as a client and its maker as owner", () => {
    expect([first.code, first.stderr]).toEqual([0, ""]);
    const [app, ...more] = entraOf(az).apps;
    expect(more).toEqual([]);
    expect(app).toMatchObject({ name: "Static IP Remediator", owners: [ME] });
    expect(app?.identifierUris).toEqual([`api://${app?.appId}`]);
    expect(
      app?.appRoles.map(({ value, allowedMemberTypes }) => [value, allowedMemberTypes]),
    ).toEqual([
      ["ActionGroupsSecureWebhook", ["Application"]],
      ["Heal.Operate", ["User", "Application"]],
      ["Heal.Read", ["User", "Application"]],
    ]);
    expect(app?.api.preAuthorizedApplications).toEqual([
      { appId: AZURE_CLI, delegatedPermissionIds: [app?.api.oauth2PermissionScopes[0]?.id] },
    ]);
  });

  it("prints the settings of the deployment, and what the action group has to name", () => {
    const [app] = entraOf(az).apps;
    expect(first.stdout.trimEnd().split("\n")).toEqual([
      "REMEDIATOR_AUTH=entra",
      `REMEDIATOR_ENTRA_TENANT=${TENANT}`,
      `REMEDIATOR_ENTRA_CLIENT=${app?.appId}`,
      `REMEDIATOR_ENTRA_AUDIENCE=api://${app?.appId}`,
      `# objectId of the registration, for the action group: ${app?.id}`,
    ]);
  });

  it("lets Azure Monitor send alerts, and those who are named do what they are named for", () => {
    const { apps, principals, assignments } = entraOf(az);
    const roles = new Map(apps[0]?.appRoles.map(({ id, value }) => [id, value]));
    const monitor = principals.find(({ appId }) => appId === AZURE_MONITOR)?.id;
    const resource = principals.find(({ appId }) => appId === apps[0]?.appId)?.id;
    expect(
      assignments.map(({ principalId, resourceId, appRoleId }) => [
        principalId,
        resourceId,
        roles.get(appRoleId),
      ]),
    ).toEqual([
      [monitor, resource, "ActionGroupsSecureWebhook"],
      [PERSON, resource, "Heal.Operate"],
      [ME, resource, "Heal.Read"],
    ]);
  });

  it("is the same after a second run, which may add people", () => {
    const before = entraOf(az);
    const second = run(az, "--owner", PERSON);

    expect(second).toEqual(first);
    const { apps, ...rest } = entraOf(az);
    expect(rest).toEqual({ principals: before.principals, assignments: before.assignments });
    expect(apps).toEqual([{ ...before.apps[0], owners: [ME, PERSON] }]);
  });
});

describe("a registration that cannot be made", () => {
  it.each([
    ["a name that would end the filter's text", ["--name", "x' or 1 eq 1 or displayName eq 'y"]],
    ["a name that a shell would run", ["--name", "$(touch /tmp/x)`id`"]],
    ["an operator that is no id", ["--operator", 'x","appRoleId":"y']],
    ["an unknown option", ["--force", "now"]],
    ["an option without its value", ["--reader"]],
  ])("is not begun with %s", (_what, words) => {
    const az = makeFakeAz(ENTRA);

    const { code, stderr } = run(az, ...words);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: .*\nnext: ./u);
    expect(az.calls()).toEqual([]);
    az.remove();
  });

  it("ends with az's own words where az fails", () => {
    const az = makeFakeAz('console.error("ERROR: Please run az login"); process.exit(1);');

    const { code, stderr } = run(az);

    expect(code).toBe(1);
    expect(stderr).toBe("ERROR: Please run az login\n");
    expect(az.calls()).toHaveLength(1);
    az.remove();
  });
});
