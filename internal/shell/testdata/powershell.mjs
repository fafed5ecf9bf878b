// Parses texts in PowerShell, an array in JSON on stdin, and prints an array of what the
// parser makes of each: the tree, or where the first fault is. The argument is the
// directory with npm's modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { Language, Parser } = require("web-tree-sitter");
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(require.resolve("tree-sitter-powershell/tree-sitter-powershell.wasm")));

function fault(node) {
  if (node.isError || node.isMissing) {
    const { row, column } = node.startPosition;
    return `${row + 1}:${column + 1}: ${node.isMissing ? "missing " + node.type : "syntax error"}`;
  }
  return node.children.map(fault).find(Boolean);
}

const parsed = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const root = parser.parse(text).rootNode;
  return root.hasError ? { Fault: fault(root) ?? "syntax error" } : { Tree: root.toString() };
});
console.log(JSON.stringify(parsed));
