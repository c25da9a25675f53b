import { type Seeded, seed } from '../../prisma/seed.ts';
import { createPasswords } from '../auth/passwords.ts';
import type { PrismaClient } from '../database/database.ts';

/** The least that argon2 takes: a verification costs what its hash was made with. */
const cheap = createPasswords([], { memoryCost: 8, timeCost: 1, parallelism: 1 });

/** The seed's people and notices, with passwords that take a processor next to nothing. */
export const cheapSeed = (prisma: PrismaClient): Promise<Seeded> => seed(prisma, cheap);
