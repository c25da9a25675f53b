import { listingSchema } from '../listing.ts';

/** What kind of answer a fact takes. */
export type FactKind =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'texts'
  | 'endpoints'
  /** One of these words, or several. */
  | { words: string[]; many: boolean };

interface Shape {
  type?: string;
  properties?: Record<string, Shape>;
  enum?: string[];
  anyOf?: Shape[];
  items?: Shape;
}

/** The kind of a fact of listing.yaml, from its schema. @throws Error for a path that the schema does not know. */
export function kindOfFact(path: string): FactKind {
  // TypeBox's schema is plain JSON Schema.
  let shape: Shape | undefined = listingSchema as Shape;
  for (const name of path.split('.')) shape = shape?.properties?.[name];
  if (shape === undefined) throw new Error(`listing.yaml has no ${path}`);
  return kindOf(shape.anyOf?.find(({ type }) => type !== 'null') ?? shape);
}

function kindOf({ type, enum: words, items }: Shape): FactKind {
  if (words !== undefined) return { words, many: false };
  if (type === 'boolean' || type === 'integer') return type;
  if (type !== 'array') return 'text';
  if (items?.enum !== undefined) return { words: items.enum, many: true };
  return items?.properties?.host === undefined ? 'texts' : 'endpoints';
}
