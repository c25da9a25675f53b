import type { Transaction } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { timeOrderedUuid } from '../database/uuid.ts';
import { maskMobile } from '../people/masked-mobile.ts';
import { batches } from './batches.ts';
import type { FieldKey, PersonFields } from './columns.ts';
import { changedKeys, type PlannedRow } from './plan.ts';

/** The database has changed since the plan, so nothing may be written. */
export class PlanOutdated extends Error {
  override readonly name = 'PlanOutdated';
}

export interface Writing {
  jobId: string;
  actorId: string;
  address: string | null;
  at: Date;
  /** Hashes of new people's initial passwords, by row. */
  hashes: ReadonlyMap<number, string>;
  /** The end of unchanged initial passwords. */
  passwordsExpireAt: Date;
  /** Called with the number of written rows. */
  onProgress(rows: number): void;
}

type Created = PlannedRow & { kind: 'created' };
type Changed = PlannedRow & { kind: 'changed' };

/**
 * Writes a plan, in a few statements for each thousand rows, with an audit entry for each person.
 *
 * @throws PlanOutdated if a person has changed since the plan.
 * @returns the ids of the people who were changed.
 */
export async function writePlan(
  tx: Transaction,
  rows: readonly PlannedRow[],
  writing: Writing,
): Promise<string[]> {
  const changed = rows.filter((one): one is Changed => one.kind === 'changed');
  const created = rows.filter((one): one is Created => one.kind === 'created');
  // Lock people in the order of their ids, as every other change does, so that no two changes wait for each other.
  changed.sort((one, other) => (one.id < other.id ? -1 : 1));
  for (const batch of batches(changed)) await holdUnchanged(tx, batch);
  // Clear numbers and ids that people give up before others get them, so that two people can exchange theirs.
  for (const batch of batches(changed)) await release(tx, batch);
  for (const batch of batches(changed)) {
    await update(tx, batch, writing.at);
    await audit(
      tx,
      batch.map((one) => ({ one, id: one.id, before: one.before })),
      writing,
    );
    writing.onProgress(batch.length);
  }
  // The list of people shows the greatest id first, so this keeps the order of the file.
  const ids = created.map(() => timeOrderedUuid(writing.at.getTime())).sort();
  for (const batch of batches(created)) {
    const withIds = batch.map((one) => ({ one, id: ids.pop() ?? timeOrderedUuid() }));
    await insert(tx, withIds, writing);
    await audit(
      tx,
      withIds.map((each) => ({ ...each, before: null })),
      writing,
    );
    writing.onProgress(batch.length);
  }
  return changed.map(({ id }) => id);
}

/** A person's fields as the columns of a JSON record. */
const recordColumns = Prisma.raw(
  'name text, mobile text, department text, role text, "dingUserId" text, "employeeCode" text, "isSuperExecutive" boolean',
);

async function holdUnchanged(tx: Transaction, batch: readonly Changed[]): Promise<void> {
  const json = JSON.stringify(
    batch.map(({ id, before, after }) => ({ id, ...before, wanted: after.dingUserId })),
  );
  // Do not change the platform id of a person who has signed in by it since the preview.
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM users u
    JOIN jsonb_to_recordset(${json}::jsonb) AS r(id uuid, ${recordColumns}, wanted text) ON u.id = r.id
    WHERE (u.bound_at IS NULL OR u.ding_user_id IS NULL OR u.ding_user_id = r.wanted)
      AND (u.name, u.mobile, u.department, u.role::text, u.ding_user_id, u.employee_code, u.is_super_executive)
      IS NOT DISTINCT FROM (r.name, r.mobile, r.department, r.role, r."dingUserId", r."employeeCode", r."isSuperExecutive")
    ORDER BY u.id FOR UPDATE OF u`;
  if (held.length !== batch.length) throw new PlanOutdated();
}

async function release(tx: Transaction, batch: readonly Changed[]): Promise<void> {
  const giveUp = (key: 'mobile' | 'dingUserId') =>
    batch.flatMap(({ id, before, after }) =>
      before[key] !== null && before[key] !== after[key] ? [id] : [],
    );
  const [mobiles, platformIds] = [giveUp('mobile'), giveUp('dingUserId')];
  if (mobiles.length > 0) {
    await tx.$executeRaw`UPDATE users SET mobile = NULL WHERE id = ANY(${mobiles}::uuid[])`;
  }
  if (platformIds.length > 0) {
    await tx.$executeRaw`UPDATE users SET ding_user_id = NULL WHERE id = ANY(${platformIds}::uuid[])`;
  }
}

/** A row that gets another platform id is another person there, so `left_at` of the former person is cleared. */
async function update(tx: Transaction, batch: readonly Changed[], at: Date): Promise<void> {
  const json = JSON.stringify(batch.map(({ id, after }) => ({ id, ...after })));
  await tx.$executeRaw`
    UPDATE users SET name = r.name, mobile = r.mobile, department = r.department, role = r.role::"Role",
      ding_user_id = r."dingUserId", employee_code = r."employeeCode",
      left_at = CASE WHEN users.ding_user_id IS NOT DISTINCT FROM r."dingUserId" THEN users.left_at END,
      is_super_executive = r."isSuperExecutive", updated_at = ${at}
    FROM jsonb_to_recordset(${json}::jsonb) AS r(id uuid, ${recordColumns})
    WHERE users.id = r.id`;
}

async function insert(
  tx: Transaction,
  batch: readonly { one: Created; id: string }[],
  { at, hashes, passwordsExpireAt }: Writing,
): Promise<void> {
  const json = JSON.stringify(
    batch.map(({ one: { row, username, after }, id }) => ({
      id,
      username,
      hash: hashes.get(row) ?? null,
      ...after,
    })),
  );
  await tx.$executeRaw`
    INSERT INTO users (id, username, password_hash, must_change_password, password_expires_at, name, mobile,
      department, role, ding_user_id, employee_code, is_super_executive, created_at, updated_at)
    SELECT r.id, r.username, r.hash, r.hash IS NOT NULL,
      CASE WHEN r.hash IS NOT NULL THEN ${passwordsExpireAt}::timestamptz END, r.name, r.mobile,
      r.department, r.role::"Role", r."dingUserId", r."employeeCode", r."isSuperExecutive",
      ${at}::timestamptz, ${at}::timestamptz
    FROM jsonb_to_recordset(${json}::jsonb) AS r(id uuid, username text, hash text, ${recordColumns})`;
}

async function audit(
  tx: Transaction,
  batch: readonly { one: PlannedRow; id: string; before: PersonFields | null }[],
  { jobId, actorId, address, at }: Writing,
): Promise<void> {
  const json = JSON.stringify(
    batch.map(({ one, id, before }) => ({
      id: timeOrderedUuid(at.getTime()),
      subject: `user:${id}`,
      detail: { import: jobId, row: one.row, ...auditedChange(one, before) },
    })),
  );
  await tx.$executeRaw`
    INSERT INTO audit_log (id, actor_id, action, subject, address, detail)
    SELECT r.id, ${actorId}::uuid, 'person.imported', r.subject, ${address}::text, r.detail
    FROM jsonb_to_recordset(${json}::jsonb) AS r(id uuid, subject text, detail jsonb)`;
}

/** The changed fields, or those of a new person. Mobile numbers are masked. */
function auditedChange(one: PlannedRow, before: PersonFields | null) {
  const of = (fields: PersonFields, keys: readonly FieldKey[]) =>
    Object.fromEntries(
      keys.map((key) => [
        key,
        key === 'mobile' && fields.mobile !== null ? maskMobile(fields.mobile) : fields[key],
      ]),
    );
  if (before === null) return { after: { username: one.username, ...of(one.after, givenKeys(one.after)) } };
  const keys = changedKeys(before, one.after);
  return { before: of(before, keys), after: of(one.after, keys) };
}

const givenKeys = (fields: PersonFields) =>
  (Object.keys(fields) as FieldKey[]).filter((key) => fields[key] !== null && fields[key] !== false);
