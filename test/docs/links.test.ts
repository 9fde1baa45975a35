import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

import { describe, expect, it } from "vitest";

import { programSources } from "./codes-in-sources.ts";
import { outsideCode } from "./markdown.ts";

const PAGES = ["README.md", "CONTRIBUTING.md", ...inFolder("docs", ".md")];

describe("links", () => {
  it("lead from page to page, and to headings that there are", () => {
    expect(PAGES.flatMap((page) => brokenIn(page, readFileSync(page, "utf8")))).toEqual([]);
  });

  it("lead to each page of docs/ from another one", () => {
    const reached = new Set(
      PAGES.flatMap((page) =>
        linksIn(readFileSync(page, "utf8"))
          .map((link) => targetOf(page, link).file)
          .filter((file) => file !== page),
      ),
    );

    expect(PAGES.filter((page) => page !== "README.md" && !reached.has(page))).toEqual([]);
  });

  it("name pages in messages that there are", () => {
    const sources = [
      ...programSources(),
      ...inFolder("infra", ".bicep").map((file) => ({ file, text: readFileSync(file, "utf8") })),
    ];

    const missing = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/docs\/[\w.-]+\.(?:md|json)/gu)]
        .filter(([page]) => !existsSync(page))
        .map(([page]) => `${file}: ${page}`),
    );

    expect(missing).toEqual([]);
  });

  it.each([
    ["[a](no-such-page.md)", "no-such-page.md"],
    ["[a](operations.md#no-such-heading)", "operations.md#no-such-heading"],
    ["## One\n\n[a](#two)", "#two"],
    ["```sh\n## Two\n```\n\n[a](#two)", "#two"],
  ])("are found broken: %s", (text, link) => {
    expect(brokenIn("docs/page.md", text)).toEqual([`docs/page.md: ${link}`]);
  });

  it.each([
    "[a](operations.md#settings)",
    "[a](../README.md)",
    "[a](https://example.org/b.md#c)",
    "## `One`: a (b), c's\n\n[a](#one-a-b-cs)",
    "## One\n\n## One\n\n[a](#one-1)",
    "`[a](no-such-page.md)`",
  ])("are found whole: %s", (text) => {
    expect(brokenIn("docs/page.md", text)).toEqual([]);
  });
});

function inFolder(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")));
}

function brokenIn(page: string, text: string): readonly string[] {
  return linksIn(text)
    .filter((link) => {
      const { file, anchor } = targetOf(page, link);
      if (file !== page && !existsSync(file)) {
        return true;
      }
      const target = file === page ? text : readFileSync(file, "utf8");
      return anchor !== "" && !anchorsIn(target).includes(anchor);
    })
    .map((link) => `${page}: ${link}`);
}

/** Links to files of this project. */
function linksIn(text: string): readonly string[] {
  return [
    ...outsideCode(text)
      .join("\n")
      .replaceAll(/`[^`\n]*`/gu, "")
      .matchAll(/\]\((?<link>[^)\s]+)\)/gu),
  ]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/u.test(link));
}

function targetOf(page: string, link: string): { readonly file: string; readonly anchor: string } {
  const [name = "", anchor = ""] = link.split("#");
  return { file: name === "" ? page : posix.join(posix.dirname(page), name), anchor };
}

/** As GitHub makes them of headings. */
function anchorsIn(text: string): readonly string[] {
  const slugs = outsideCode(text)
    .filter((line) => /^#+ /u.test(line))
    .map((line) =>
      line
        .replace(/^#+ /u, "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
        .replaceAll(" ", "-"),
    );
  return slugs.map((slug, place) => {
    const before = slugs.slice(0, place).filter((other) => other === slug).length;
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
