/** A JSON Schema (2020-12) or a fragment of one, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A document node: text, number, list or mapping. */
type Node = unknown;

/** Rewrites every node of a document, leaves first. */
export function mapNodes(node: Node, change: (node: Record<string, Node>) => Record<string, Node>): Node {
  if (Array.isArray(node)) return node.map((entry: Node) => mapNodes(entry, change));
  if (typeof node !== 'object' || node === null) return node;
  return change(Object.fromEntries(Object.entries(node).map(([key, value]) => [key, mapNodes(value, change)])));
}
