import type { Fact } from '../facts/facts.ts';

/** One file of the materials. */
export interface Material {
  /** Below the materials' folder, with `/` between folders. */
  path: string;
  /** What it is for, one Chinese sentence, for the contents page. */
  purpose: string;
  content: Uint8Array;
}

/** Something that the materials still lack; nothing is ever made up for it. */
export interface Missing {
  /** What it is called. */
  title: string;
  /** Where it is filled in, or what must be done for it. */
  where: string;
  /** How it is written; null where it is nothing to write. */
  example: string | null;
  /** The fact of listing.yaml, e.g. `owner.phone`; null where it is something else. */
  fact: string | null;
  /** Which of the materials waits for it. */
  material: string;
}

/** What one maker of materials made, and what it could not make for lack of something. */
export interface Made {
  materials: Material[];
  missing: Missing[];
}

/** A fact of listing.yaml that one of the materials waits for. */
export const missingFact = ({ title, path, example }: Fact, material: string): Missing => ({
  title,
  where: `listing.yaml 的 ${path}`,
  example,
  fact: path,
  material,
});

export const text = (content: string): Uint8Array => Buffer.from(content, 'utf8');
