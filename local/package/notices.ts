import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Metafile } from "esbuild";
import { z } from "zod";

import { DefectError } from "../../shared/domain/errors.ts";

const LICENCE_FILE = /^(?:licen[cs]e|copying)(?:\.\w+)?$/iu;
const README = /^readme(?:\.\w+)?$/iu;
/** From a heading on, underlined or with `#`, to the end. */
const LICENCE_SECTION = /^(?:#+ *)?licen[cs]e *\n(?<text>[\s\S]*copyright[\s\S]*)/imu;
const PACKAGE_FOLDER = /^(?<folder>.*node_modules\/(?:@[^/]+\/)?[^/]+)\//u;

const packageSchema = z.object({ name: z.string(), version: z.string() });
const declaredSchema = z.object({ license: z.literal("MIT"), author: z.string().min(1) });

/**
 * Names and licences of the packages of which code is in the bundle. Packages with the same text share it.
 * @throws DefectError `licence-missing` if a package comes without one.
 */
export function thirdPartyNotices({ outputs }: Metafile, root: string): string {
  const packages = bundledPackages(outputs).map((folder) => path.join(root, folder));
  const mit = readText(root, "LICENSE");
  const byLicence = new Map<string, readonly string[]>();
  for (const folder of packages) {
    const licence = licenceOf(folder, mit);
    byLicence.set(licence, [...(byLicence.get(licence) ?? []), folder]);
  }
  return [...byLicence]
    .map(
      ([licence, folders]) =>
        `${folders.map((folder) => titleOf(folder)).join("\n")}\n\n${licence}\n`,
    )
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** Folders of the packages of which at least one byte is in the outputs, in alphabetical order. */
export function bundledPackages(outputs: Metafile["outputs"]): readonly string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  const folders = files.map(([file]) => PACKAGE_FOLDER.exec(file)?.groups?.["folder"]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].toSorted();
}

/**
 * The text of a package's licence: a file, else that section of its README, else, where the package only says that it is MIT, the text of
 * `mit` with its author.
 * @throws DefectError `licence-missing` if it has none.
 */
export function licenceOf(folder: string, mit: string): string {
  const names = readdirSync(folder);
  const file = names.find((name) => LICENCE_FILE.test(name));
  const readme = names.find((name) => README.test(name));
  const text =
    file === undefined
      ? LICENCE_SECTION.exec(readText(folder, readme))?.groups?.["text"]
      : readText(folder, file);
  const found = text ?? declaredLicence(folder, mit);
  if (found === null) {
    throw new DefectError(`The bundle has code of ${folder}, which comes without a licence text.`, {
      code: "licence-missing",
      nextStep: "Find its licence, or use another package.",
    });
  }
  return found.trim();
}

function declaredLicence(folder: string, mit: string): string | null {
  const declared = declaredSchema.safeParse(readPackage(folder));
  return declared.success
    ? mit.replace(/^Copyright .*$/mu, () => `Copyright (c) ${declared.data.author}`)
    : null;
}

function readText(folder: string, name: string | undefined): string {
  return name === undefined
    ? ""
    : readFileSync(path.join(folder, name), "utf8").replaceAll("\r\n", "\n");
}

function titleOf(folder: string): string {
  const { name, version } = packageSchema.parse(readPackage(folder));
  return `${name} ${version}`;
}

function readPackage(folder: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
}
