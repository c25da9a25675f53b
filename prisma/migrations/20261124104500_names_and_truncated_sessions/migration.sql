-- Written by hand: Prisma's schema knows neither an index over an expression nor triggers.
--
-- Where an account system keeps the passwords, one account is found under any spelling of its name.
CREATE INDEX "users_lower_username_idx" ON "users" (lower("username"));

-- TRUNCATE fires no row triggers, so nobody would hear that every session is over. `*` means all of them.
CREATE FUNCTION "announce_all_sessions_end"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('session_changes', '*');
  RETURN NULL;
END
$$;

CREATE TRIGGER "all_sessions_end_announced" AFTER TRUNCATE ON "sessions"
  FOR EACH STATEMENT EXECUTE FUNCTION "announce_all_sessions_end"();
