-- Not Citus: functions of its names, which refuse what its documentation says that it refuses, note
-- where a table would stand, and keep the rows that it would hold in shards. Nothing is spread, and
-- no query goes another way. It stands in for the flow of `flask db distribute` only.

INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT 999999, 'citus', oid, 'public'::regnamespace, false, 'stand-in'
FROM pg_roles WHERE rolname = current_user;

CREATE SCHEMA shards;
CREATE TABLE citus_tables (
    place bigserial, table_name regclass PRIMARY KEY, citus_table_type text,
    distribution_column text, beside regclass, shard_count integer);
CREATE TABLE lost_node (table_name regclass);

CREATE FUNCTION stand_in_place(
    target regclass, kind text, key text, next_to text, shards integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    other regclass;
BEGIN
    IF EXISTS (SELECT FROM lost_node WHERE table_name = target) THEN
        RAISE 'connection to the remote node failed';
    END IF;
    IF EXISTS (SELECT FROM citus_tables WHERE table_name = target) THEN
        RAISE 'table "%" is already distributed', target;
    END IF;
    FOR other IN
        SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = target
        UNION SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = target
    LOOP
        IF NOT EXISTS (SELECT FROM citus_tables WHERE table_name = other) THEN
            RAISE 'a foreign key leads to or from %, which is local', other;
        END IF;
    END LOOP;
    IF key IS NOT NULL AND EXISTS (
        SELECT FROM pg_index WHERE indrelid = target AND (indisunique OR indisexclusion)
          AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = key
                            AND attnum = ANY(indkey::int2[])))
    THEN
        RAISE 'Distributed relations cannot have UNIQUE, EXCLUDE, or PRIMARY KEY constraints that '
              'do not include the partition column (%)', target;
    END IF;
    IF next_to <> 'none' AND (
        SELECT atttypid FROM citus_tables
        JOIN pg_attribute ON attrelid = table_name AND attname = distribution_column
        WHERE table_name = next_to::regclass)
       IS DISTINCT FROM (
        SELECT atttypid FROM pg_attribute WHERE attrelid = target AND attname = key)
    THEN
        RAISE 'cannot colocate tables % and %', next_to, target;
    END IF;
    EXECUTE format('CREATE TABLE shards.%I AS TABLE %s', target::text, target);
    INSERT INTO citus_tables (table_name, citus_table_type, distribution_column, beside, shard_count)
    VALUES (target, kind, key, nullif(next_to, 'none')::regclass, shards);
END $$;

CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void
LANGUAGE sql AS $$ SELECT stand_in_place(table_name, 'reference', NULL, 'none', NULL) $$;

CREATE FUNCTION create_distributed_table(
    table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
    SELECT stand_in_place(table_name, 'distributed', distribution_column, colocate_with, shard_count)
$$;

CREATE FUNCTION truncate_local_data_after_distributing_table(target regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM citus_tables WHERE table_name = target) THEN
        RAISE 'supplied parameter is not a distributed relation';
    END IF;
    EXECUTE format('TRUNCATE %s CASCADE', target);
END $$;
