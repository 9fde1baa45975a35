import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { bundledPackages, licenceOf } from "../../local/package/notices.ts";

const MIT = "MIT License\n\nCopyright (c) us\n\nPermission is hereby granted.";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "remediator-licence-"));
  writePackage({ name: "a", version: "1.0.0" });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the licence of a bundled package", () => {
  it.each(["LICENSE", "license.md", "LICENCE.txt"])("is the text of its %s", (name) => {
    writeFileSync(path.join(folder, name), "\nMIT\r\n\r\nCopyright somebody\r\n");

    expect(licenceOf(folder, MIT)).toBe("MIT\n\nCopyright somebody");
  });

  it("is that section of its README where there is no file", () => {
    writeFileSync(
      path.join(folder, "README.md"),
      "# A package\n\nUnder a license.\n\nLicense\n-------\n\nCopyright somebody\n",
    );

    expect(licenceOf(folder, MIT)).toBe("-------\n\nCopyright somebody");
  });

  it("is never taken from a README that only names it", () => {
    writeFileSync(path.join(folder, "README.md"), "# A package\n\n## License\n\nMIT\n");

    expect(() => licenceOf(folder, MIT)).toThrow("comes without a licence text");
  });

  it("is MIT's with the author where the package says no more than that", () => {
    writePackage({ name: "a", license: "MIT", author: "Somebody" });

    expect(licenceOf(folder, MIT)).toBe(
      "MIT License\n\nCopyright (c) Somebody\n\nPermission is hereby granted.",
    );
  });

  it.each([
    { license: "Apache-2.0", author: "Somebody" },
    { license: "MIT" },
    { license: "SEE LICENSE IN x", author: "Somebody" },
  ])("is not guessed from $license of $author", (declared) => {
    writePackage({ name: "a", ...declared });

    expect(() => licenceOf(folder, MIT)).toThrow("comes without a licence text");
  });

  it("stops the bundling where there is none", () => {
    expect(() => licenceOf(folder, MIT)).toThrow(
      `The bundle has code of ${folder}, which comes without a licence text.`,
    );
  });
});

describe("the bundled packages", () => {
  it("are those of which something is left, nested ones too", () => {
    const inputs = {
      "functions/main.ts": { bytesInOutput: 9 },
      "node_modules/b/index.js": { bytesInOutput: 1 },
      "node_modules/@a/b/lib/x.js": { bytesInOutput: 1 },
      "node_modules/@a/b/lib/y.js": { bytesInOutput: 1 },
      "node_modules/b/node_modules/c/index.js": { bytesInOutput: 1 },
      "node_modules/dropped/index.js": { bytesInOutput: 0 },
    };

    const outputs = { "main.js": { bytes: 12, inputs, imports: [], exports: [] } };

    expect(bundledPackages(outputs)).toEqual([
      "node_modules/@a/b",
      "node_modules/b",
      "node_modules/b/node_modules/c",
    ]);
  });
});

function writePackage(contents: Readonly<Record<string, string>>): void {
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(contents));
}
