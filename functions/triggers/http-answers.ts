import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { z } from "zod";

import {
  AzureRequestError,
  ConfigurationError,
  InvalidInputError,
} from "../../shared/domain/errors.ts";

/** Largest body that an endpoint reads, in bytes; Azure Monitor's alerts end at 256 KB. */
const LARGEST_BODY = 1024 * 1024;
const bytesSchema = z.instanceof(Uint8Array);

/**
 * The JSON body of a request. Only as much of it is read as an endpoint takes.
 * @throws InvalidInputError when it is too large or not JSON
 */
export async function jsonBody(request: Pick<HttpRequest, "body" | "headers">): Promise<unknown> {
  const text = await boundedText(request);
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unparsable";
    const nextStep = "Send a JSON object as docs/operations.md describes.";
    throw badBody("invalid-json", `The body is not JSON: ${reason}`, nextStep);
  }
}

async function boundedText({
  body,
  headers,
}: Pick<HttpRequest, "body" | "headers">): Promise<string> {
  const chunks: Uint8Array[] = [];
  // The declared length only spares the reading: a chunked body has none, and a caller may lie.
  refuseLarge(Number(headers.get("content-length") ?? 0));
  let size = 0;
  const stream: AsyncIterable<unknown> | null = body;
  for await (const chunk of stream ?? []) {
    const bytes = bytesSchema.parse(chunk);
    size += bytes.byteLength;
    refuseLarge(size);
    chunks.push(bytes);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function refuseLarge(bytes: number): void {
  if (bytes > LARGEST_BODY) {
    const nextStep = `Send at most ${LARGEST_BODY} bytes.`;
    throw badBody("body-too-large", `The body has more than ${LARGEST_BODY} bytes.`, nextStep);
  }
}

/** Runs a handler; expected errors become answers with their code, every problem and the next step. */
export async function answering(
  handle: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return errorAnswer(error.code === "body-too-large" ? 413 : 400, error);
    }
    if (error instanceof AzureRequestError || error instanceof ConfigurationError) {
      return errorAnswer(503, error);
    }
    throw error;
  }
}

/** An error as an answer. */
export function errorAnswer(
  status: number,
  error: {
    readonly code: string;
    readonly message: string;
    readonly nextStep: string;
    readonly problems?: readonly string[];
  },
): HttpResponseInit {
  const { code, message, nextStep, problems = [] } = error;
  return { status, jsonBody: { error: { code, message, problems, nextStep } } };
}

function badBody(code: string, message: string, nextStep: string): InvalidInputError {
  return new InvalidInputError(message, { code, nextStep, problems: [message] });
}
