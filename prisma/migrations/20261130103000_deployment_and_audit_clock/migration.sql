-- CreateTable
CREATE TABLE "app_deployment" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "environment" TEXT NOT NULL,
    "platform" TEXT,
    "organisation" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_deployment_pkey" PRIMARY KEY ("id")
);

-- Written by hand: Prisma's schema knows neither checks nor triggers.
ALTER TABLE "app_deployment" ADD CONSTRAINT "app_deployment_one_row" CHECK ("id" = 1);

-- The database's clock says when something was done, whatever is written: a row that is dated back could be deleted,
-- and one that is dated ahead could not be swept.
CREATE FUNCTION "date_audit_entry"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."at" := pg_catalog.date_trunc('milliseconds', pg_catalog.clock_timestamp());
  RETURN NEW;
END
$$;

CREATE TRIGGER "audit_log_dated" BEFORE INSERT ON "audit_log"
  FOR EACH ROW EXECUTE FUNCTION "date_audit_entry"();
