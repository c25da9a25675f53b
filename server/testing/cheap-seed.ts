import { type Seeded, seed } from '../../prisma/seed.ts';
import { createPasswords } from '../auth/passwords.ts';
import type { PrismaClient } from '../database/database.ts';

/** The cheapest parameters of argon2; a verification costs as much as its hash. */
const cheap = createPasswords([], { memoryCost: 8, timeCost: 1, parallelism: 1 });

/** The seed's people and notices, with passwords that are cheap to verify. */
export const cheapSeed = (prisma: PrismaClient): Promise<Seeded> => seed(prisma, cheap);
