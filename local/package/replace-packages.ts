import type { Plugin } from "esbuild";

/** Code in place of a package, by the package's name. `require` in it finds the package itself. */
type Replacements = Readonly<Record<string, string>>;

/** Packages with a file of their own, which is loaded when the first call needs it. */
export const LATE_PACKAGES = ["axios", "moment"] as const;

/** What `durable-functions` loads as soon as it is loaded itself, and mostly needs later or never. */
export const OF_DURABLE_FUNCTIONS: Replacements = {
  // Needed by the calls of a Durable client. The import's value is an object with `default`.
  axios: `
    exports.__esModule = true;
    Object.defineProperty(exports, "default", { get: () => require("./axios.cjs").default });`,
  // Needed by orchestrations.
  moment: `
    module.exports = (...values) => require("./moment.cjs")(...values);
    module.exports.duration = (...values) => require("./moment.cjs").duration(...values);`,
  // It clones what was JSON a moment before.
  "lodash/cloneDeep": "module.exports = structuredClone;",
  // It writes past the logs where the variable DEBUG asks for it, which nobody does in Azure.
  debug: `
    const silent = Object.assign(() => undefined, { enabled: false });
    module.exports = () => silent;`,
  // One of its hundred checks is used.
  validator: 'exports.isURL = require("validator/lib/isURL").default;',
};

/** What `axios` loads for bodies of many parts, which are never sent; with it goes a table of all media types. */
export const OF_AXIOS: Replacements = { "form-data": "module.exports = globalThis.FormData;" };

/** Bundles this code instead of these packages. */
export function replacePackages(root: string, replacements: Replacements): Plugin {
  const namespace = "replaced";
  return {
    name: "replace-packages",
    setup: (build) => {
      const names = Object.keys(replacements).join("|");
      build.onResolve({ filter: new RegExp(`^(?:${names})$`) }, ({ path }) => ({
        path,
        namespace,
      }));
      // Beside the chunk that asks, in the package.
      build.onResolve({ filter: /^\.\/.+\.cjs$/, namespace }, ({ path }) => ({
        path,
        external: true,
      }));
      build.onLoad({ filter: /./, namespace }, ({ path }) => ({
        contents: replacements[path] ?? "",
        resolveDir: root,
      }));
    },
  };
}
