-- AlterTable
ALTER TABLE "users" ADD COLUMN     "must_change_password" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "password_expires_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "super_executive_faults" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "user_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,

    CONSTRAINT "super_executive_faults_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "super_executive_faults_at_id_idx" ON "super_executive_faults"("at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "super_executive_faults_user_id_at_idx" ON "super_executive_faults"("user_id", "at");

-- AddForeignKey
ALTER TABLE "super_executive_faults" ADD CONSTRAINT "super_executive_faults_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand: Prisma's schema knows no index over an expression. See docs/decisions/0019-people-search.md.
--
-- What the search box looks through, one field a line. Only A–Z have small letters here ("C"), whatever the
-- database's locale.
CREATE FUNCTION "people_text"("username" text, "name" text, "mobile" text, "ding_user_id" text,
                              "employee_code" text, "department" text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(("name" || E'\n' || "username" || E'\n' || coalesce("mobile", '') || E'\n'
    || coalesce("ding_user_id", '') || E'\n' || coalesce("employee_code", '') || E'\n'
    || coalesce("department", '')) COLLATE "C")
$$;

-- Every run of three characters of every line, and what is left at its end: '张三丰' gives '张三丰', '三丰', '丰'.
-- A search of three characters and more asks for all of its own runs, a shorter one for what begins with it.
-- What the filters ask for is in the same index; it begins with a line end, so that nobody can type it.
-- The cost says that this is dear (about 25 µs), so that the planner leaves it to the index.
CREATE FUNCTION "people_lexemes"("lines" text, "role" "Role", "status" "UserStatus", "is_super_executive" boolean,
                                 "ding_user_id" text, "bound_at" timestamptz, "left_at" timestamptz)
RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 400 AS $$
DECLARE
  lexemes text[] := ARRAY[
    CASE "role" WHEN 'ADMIN' THEN E'\nADMIN' WHEN 'AUDITOR' THEN E'\nAUDITOR' ELSE E'\nUSER' END,
    CASE WHEN "ding_user_id" IS NULL THEN E'\nunbound' WHEN "bound_at" IS NULL THEN E'\nexpected' ELSE E'\nbound' END];
  line text;
BEGIN
  IF "status" = 'DISABLED' THEN lexemes := lexemes || E'\ndisabled'::text; END IF;
  IF "left_at" IS NOT NULL THEN lexemes := lexemes || E'\nleft'::text; END IF;
  IF "status" <> 'DISABLED' AND "left_at" IS NULL THEN lexemes := lexemes || E'\nactive'::text; END IF;
  IF "is_super_executive" THEN lexemes := lexemes || E'\nsuper'::text; END IF;
  FOREACH line IN ARRAY string_to_array("lines", E'\n') LOOP
    FOR start IN 1..length(line) LOOP lexemes := lexemes || substr(line, start, 3); END LOOP;
  END LOOP;
  RETURN array_to_tsvector(lexemes);
END
$$;

CREATE INDEX "users_search_idx" ON "users" USING gin ("people_lexemes"(
  "people_text"("username", "name", "mobile", "ding_user_id", "employee_code", "department"),
  "role", "status", "is_super_executive", "ding_user_id", "bound_at", "left_at"));
