import type { PathUncheckedResponse } from "@azure-rest/core-client";
import { z } from "zod";

import { DefectError } from "../domain/errors.ts";
import type { Azure } from "./clients.ts";
import { inWords, unlessMissing } from "./errors.ts";

/** A question to Resource Manager that no SDK here asks. */
export interface ResourceQuestion<Schema extends z.ZodType> {
  /** Completes "Cannot …", for example "read the locks of vm-web-01". */
  readonly tried: string;
  /** From `/subscriptions` on, made of ids that Azure gave or that were read as resource ids. */
  readonly path: string;
  readonly apiVersion: string;
  /** What else the question asks by its query, for example `$filter`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Of the answer, or of one item of a list. */
  readonly schema: Schema;
}

/** Pages of a list that are followed: more is a list that bites its own tail. */
const MOST_PAGES = 1000;

/**
 * Reads one resource; null if Azure does not know it.
 * @throws AzureRequestError if Azure does not tell
 * @throws DefectError `odd-answer` if the answer is not of the known form
 */
export async function readResource<Schema extends z.ZodType>(
  azure: Azure,
  question: ResourceQuestion<Schema>,
): Promise<z.output<Schema> | null> {
  const { tried, path, apiVersion } = question;
  const body = await unlessMissing(
    tried,
    async () => await get(azure, path, { "api-version": apiVersion }),
  );
  return body === null ? null : parsed(question, question.schema, body);
}

/**
 * Reads a whole list, following its pages.
 * @throws AzureRequestError if Azure does not tell
 * @throws DefectError `odd-answer` if the answer is not of the known form
 */
export async function listResources<Schema extends z.ZodType>(
  azure: Azure,
  question: ResourceQuestion<Schema>,
): Promise<readonly z.output<Schema>[]> {
  const { tried, path, apiVersion, schema, query: more } = question;
  const page = z.object({ value: z.array(schema), nextLink: z.string().nullish() });
  const items: z.output<Schema>[] = [];
  let next: string | null = path;
  for (let pages = 0; next !== null && pages < MOST_PAGES; pages++) {
    const link: string = next;
    const query = pages === 0 ? { "api-version": apiVersion, ...more } : {};
    const body = await inWords(tried, async () => await get(azure, link, query));
    const read = parsed(question, page, body);
    items.push(...read.value);
    next = read.nextLink ?? null;
  }
  return items;
}

/**
 * Asks for something by a POST that changes nothing lasting, for example the address of a console.
 * @throws AzureRequestError if Azure refuses
 * @throws DefectError `odd-answer` if the answer is not of the known form
 */
export async function askByPost<Schema extends z.ZodType>(
  azure: Azure,
  question: ResourceQuestion<Schema>,
): Promise<z.output<Schema>> {
  const { tried, path, apiVersion } = question;
  const body = await inWords(tried, async () => {
    const client = await azure.rest();
    const queryParameters = { "api-version": apiVersion };
    return await bodyOf(await client.pathUnchecked(path).post({ queryParameters }));
  });
  return parsed(question, question.schema, body);
}

async function get(azure: Azure, path: string, query: Record<string, string>): Promise<unknown> {
  const client = await azure.rest();
  return await bodyOf(await client.pathUnchecked(path).get({ queryParameters: query }));
}

async function bodyOf(response: PathUncheckedResponse): Promise<unknown> {
  if (response.status !== "200") {
    const { createRestError } = await import("@azure-rest/core-client");
    throw createRestError(response);
  }
  return response.body;
}

function parsed<Schema extends z.ZodType>(
  { tried }: { readonly tried: string },
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) {
    return result.data;
  }
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new DefectError(`Cannot ${tried}: the answer has another form. ${problems.join("; ")}`, {
    code: "odd-answer",
    nextStep: "Report this with the message.",
  });
}
