CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE bug (
        id uuid NOT NULL,
        signature_hash text NOT NULL,
        signature text NOT NULL,
        kind text NOT NULL,
        class text NOT NULL,
        title text NOT NULL,
        function text,
        module text,
        crash_count bigint NOT NULL,
        host_count bigint NOT NULL,
        fatal_count bigint NOT NULL,
        first_seen timestamp with time zone NOT NULL,
        last_seen timestamp with time zone NOT NULL,
        first_kernel_release text,
        last_kernel_release text,
        CONSTRAINT pk_bug PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE collector (
        name text NOT NULL,
        started_at timestamp with time zone NOT NULL,
        last_seen_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_collector PRIMARY KEY (name)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE crash (
        id uuid NOT NULL,
        dump_id uuid NOT NULL,
        host_id uuid NOT NULL,
        bug_id uuid NOT NULL,
        incident_id uuid NOT NULL,
        received_at timestamp with time zone NOT NULL,
        occurred_at timestamp with time zone NOT NULL,
        kind text NOT NULL,
        class text NOT NULL,
        severity text NOT NULL,
        title text NOT NULL,
        function text,
        module text,
        signature_hash text NOT NULL,
        kernel_release text,
        transport text NOT NULL,
        complete boolean,
        missing_packets bigint,
        fatal boolean NOT NULL,
        aftermath boolean NOT NULL,
        corrupted boolean NOT NULL,
        corrupted_reason text,
        cpu integer,
        pid integer,
        comm text,
        taint text,
        hardware text,
        printk_time double precision,
        log_start integer NOT NULL,
        log_end integer NOT NULL,
        analyzer_version integer NOT NULL,
        occurrence_key bytea NOT NULL,
        report jsonb NOT NULL,
        extract text NOT NULL,
        words text NOT NULL,
        CONSTRAINT pk_crash PRIMARY KEY (id)
    )
    PARTITION BY RANGE (id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE crash_occurrence (
        crash_id uuid NOT NULL,
        host_id uuid NOT NULL,
        key bytea NOT NULL,
        boot_id text,
        bug_id uuid NOT NULL,
        incident_id uuid NOT NULL,
        kernel_release text,
        received_at timestamp with time zone NOT NULL,
        printk_time double precision,
        quality integer NOT NULL,
        fatal boolean NOT NULL,
        CONSTRAINT pk_crash_occurrence PRIMARY KEY (crash_id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE crash_witness (
        crash_id uuid NOT NULL,
        dump_id uuid NOT NULL,
        position integer NOT NULL,
        CONSTRAINT pk_crash_witness PRIMARY KEY (crash_id, dump_id)
    )
    PARTITION BY RANGE (crash_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE dump (
        id uuid NOT NULL,
        host_id uuid NOT NULL,
        received_at timestamp with time zone NOT NULL,
        completed_at timestamp with time zone NOT NULL,
        occurred_at timestamp with time zone,
        transport text NOT NULL,
        key bytea NOT NULL,
        source_address text,
        source_port integer,
        claimed_name text,
        machine_id text,
        boot_id text,
        dump_number integer,
        dump_type text,
        kernel_release text,
        complete boolean,
        missing_packets bigint,
        completeness jsonb NOT NULL,
        header_registers jsonb NOT NULL,
        processor text,
        user_fields jsonb NOT NULL,
        user_blob bytea,
        crash_count integer NOT NULL,
        analyzer_version integer NOT NULL,
        analysis_failure text,
        collector text NOT NULL,
        log_bytes bigint NOT NULL,
        log bytea NOT NULL,
        datagrams bytea,
        CONSTRAINT pk_dump PRIMARY KEY (id)
    )
    PARTITION BY RANGE (id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE dump_key (
        key bytea NOT NULL,
        dump_id uuid NOT NULL,
        received_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_dump_key PRIMARY KEY (key)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE event (
        id uuid NOT NULL,
        host_id uuid NOT NULL,
        received_at timestamp with time zone NOT NULL,
        occurred_at timestamp with time zone,
        transport text NOT NULL,
        source_address text,
        source_port integer,
        facility text NOT NULL,
        event_type integer NOT NULL,
        severity smallint NOT NULL,
        format smallint NOT NULL,
        flags integer NOT NULL,
        processor integer NOT NULL,
        uid bigint NOT NULL,
        gid bigint NOT NULL,
        pid integer NOT NULL,
        pgrp integer NOT NULL,
        format_id bigint,
        args jsonb,
        text text NOT NULL,
        raw bytea NOT NULL,
        CONSTRAINT pk_event PRIMARY KEY (id)
    )
    PARTITION BY RANGE (id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE event_batch (
        key bytea NOT NULL,
        received_at timestamp with time zone NOT NULL,
        event_count integer NOT NULL,
        CONSTRAINT pk_event_batch PRIMARY KEY (key)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE event_format (
        id bigint GENERATED ALWAYS AS IDENTITY,
        facility text NOT NULL,
        event_type integer NOT NULL,
        hash bytea NOT NULL,
        format text NOT NULL,
        CONSTRAINT pk_event_format PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE host (
        id uuid NOT NULL,
        name text NOT NULL,
        machine_id text,
        claimed_name text,
        address_key text,
        kernel_release text,
        crash_count bigint NOT NULL,
        dump_count bigint NOT NULL,
        partial_dump_count bigint NOT NULL,
        first_seen timestamp with time zone NOT NULL,
        last_seen timestamp with time zone NOT NULL,
        last_crash_at timestamp with time zone,
        last_crash_title text,
        CONSTRAINT pk_host PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE bug_day (
        bug_id uuid NOT NULL,
        day date NOT NULL,
        crash_count bigint NOT NULL,
        CONSTRAINT pk_bug_day PRIMARY KEY (bug_id, day),
        CONSTRAINT fk_bug_day_bug_id FOREIGN KEY (bug_id) REFERENCES bug (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE bug_release (
        bug_id uuid NOT NULL,
        kernel_release text NOT NULL,
        crash_count bigint NOT NULL,
        CONSTRAINT pk_bug_release PRIMARY KEY (bug_id, kernel_release),
        CONSTRAINT fk_bug_release_bug_id FOREIGN KEY (bug_id) REFERENCES bug (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE ingest_counter (
        collector text NOT NULL,
        name text NOT NULL,
        tags text NOT NULL,
        value bigint NOT NULL,
        base bigint NOT NULL,
        CONSTRAINT pk_ingest_counter PRIMARY KEY (collector, name, tags),
        CONSTRAINT fk_ingest_counter_collector FOREIGN KEY (collector) REFERENCES collector (name) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE bug_host (
        bug_id uuid NOT NULL,
        host_id uuid NOT NULL,
        crash_count bigint NOT NULL,
        last_seen timestamp with time zone NOT NULL,
        CONSTRAINT pk_bug_host PRIMARY KEY (bug_id, host_id),
        CONSTRAINT fk_bug_host_bug_id FOREIGN KEY (bug_id) REFERENCES bug (id) ON DELETE CASCADE,
        CONSTRAINT fk_bug_host_host_id FOREIGN KEY (host_id) REFERENCES host (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE host_address (
        host_id uuid NOT NULL,
        address text NOT NULL,
        claimed_name text,
        named_at timestamp with time zone,
        first_seen timestamp with time zone NOT NULL,
        last_seen timestamp with time zone NOT NULL,
        CONSTRAINT pk_host_address PRIMARY KEY (host_id, address),
        CONSTRAINT fk_host_address_host_id FOREIGN KEY (host_id) REFERENCES host (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE incident (
        id uuid NOT NULL,
        host_id uuid NOT NULL,
        boot_id text,
        first_at timestamp with time zone NOT NULL,
        last_at timestamp with time zone NOT NULL,
        first_printk_time double precision,
        last_printk_time double precision,
        crash_count integer NOT NULL,
        fatal boolean NOT NULL,
        CONSTRAINT pk_incident PRIMARY KEY (id),
        CONSTRAINT fk_incident_host_id FOREIGN KEY (host_id) REFERENCES host (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_bug_crash_count_id ON bug (crash_count, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_bug_first_seen_id ON bug (first_seen, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_bug_host_count_id ON bug (host_count, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_bug_last_seen_id ON bug (last_seen, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE UNIQUE INDEX ix_bug_signature_hash ON bug (signature_hash);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_bug_day_day ON bug_day (day);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_bug_host_bug_id_last_seen ON bug_host (bug_id, last_seen);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_bug_host_host_id_last_seen ON bug_host (host_id, last_seen);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_bug_id_id ON crash (bug_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_complete_id ON crash (complete, id) WHERE NOT complete;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_function_id ON crash (function, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_host_id_id ON crash (host_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_incident_id ON crash (incident_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_kernel_release_id ON crash (kernel_release, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_kind_id ON crash (kind, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_transport_id ON crash (transport, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_occurrence_host_id_key ON crash_occurrence (host_id, key);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_occurrence_received_at ON crash_occurrence (received_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_witness_dump_id ON crash_witness (dump_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_dump_analyzer_version_id ON dump (analyzer_version, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_dump_host_id_id ON dump (host_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_dump_key_received_at ON dump_key (received_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_event_facility_event_type_id ON event (facility, event_type, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_event_host_id_id ON event (host_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_event_severity_id ON event (severity, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_event_batch_received_at ON event_batch (received_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE UNIQUE INDEX ix_event_format_hash ON event_format (hash);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE UNIQUE INDEX ix_host_address_key ON host (address_key);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE UNIQUE INDEX ix_host_claimed_name ON host (claimed_name);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_host_last_seen_id ON host (last_seen, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE UNIQUE INDEX ix_host_machine_id ON host (machine_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_host_name ON host (name text_pattern_ops);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_host_address_address_named_at ON host_address (address, named_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_incident_host_id_last_at ON incident (host_id, last_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE dump_default PARTITION OF dump DEFAULT;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE crash_default PARTITION OF crash DEFAULT;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE crash_witness_default PARTITION OF crash_witness DEFAULT;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE TABLE event_default PARTITION OF event DEFAULT;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    ALTER TABLE dump ALTER COLUMN log SET COMPRESSION lz4, ALTER COLUMN datagrams SET COMPRESSION lz4, ALTER COLUMN completeness SET COMPRESSION lz4;
    ALTER TABLE crash ALTER COLUMN report SET COMPRESSION lz4, ALTER COLUMN extract SET COMPRESSION lz4, ALTER COLUMN words SET COMPRESSION lz4;
    ALTER TABLE event ALTER COLUMN raw SET COMPRESSION lz4, ALTER COLUMN text SET COMPRESSION lz4;
    ALTER TABLE dump_default ALTER COLUMN log SET COMPRESSION lz4, ALTER COLUMN datagrams SET COMPRESSION lz4, ALTER COLUMN completeness SET COMPRESSION lz4;
    ALTER TABLE crash_default ALTER COLUMN report SET COMPRESSION lz4, ALTER COLUMN extract SET COMPRESSION lz4, ALTER COLUMN words SET COMPRESSION lz4;
    ALTER TABLE event_default ALTER COLUMN raw SET COMPRESSION lz4, ALTER COLUMN text SET COMPRESSION lz4;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    CREATE INDEX ix_crash_words ON crash USING gin (words gin_trgm_ops);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    ALTER TABLE bug SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE host SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE ingest_counter SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122203352_Initial') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261122203352_Initial', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122212513_BugAlias') THEN
    CREATE TABLE bug_alias (
        signature_hash text NOT NULL,
        bug_id uuid NOT NULL,
        decided_at timestamp with time zone NOT NULL,
        carried_from text,
        note text,
        CONSTRAINT pk_bug_alias PRIMARY KEY (signature_hash),
        CONSTRAINT fk_bug_alias_bug_id FOREIGN KEY (bug_id) REFERENCES bug (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122212513_BugAlias') THEN
    CREATE INDEX ix_bug_alias_bug_id ON bug_alias (bug_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261122212513_BugAlias') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261122212513_BugAlias', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    DROP INDEX ix_event_facility_event_type_id;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE host ADD event_count bigint NOT NULL DEFAULT 0;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE host ADD last_event_at timestamp with time zone;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format ALTER COLUMN format DROP NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format ADD event_count bigint NOT NULL DEFAULT 0;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format ADD first_seen timestamp with time zone NOT NULL DEFAULT TIMESTAMPTZ '-infinity';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format ADD host_count bigint NOT NULL DEFAULT 0;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format ADD last_seen timestamp with time zone NOT NULL DEFAULT TIMESTAMPTZ '-infinity';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format ADD sample text NOT NULL DEFAULT '';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format ADD severity smallint NOT NULL DEFAULT 0;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN uid DROP NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN raw DROP NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN processor DROP NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN pid DROP NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN pgrp DROP NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN gid DROP NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ADD collector text NOT NULL DEFAULT '';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ADD count integer NOT NULL DEFAULT 0;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ADD fields jsonb;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ADD notes text[];
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ADD payload bytea;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ADD truncated boolean NOT NULL DEFAULT FALSE;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE TABLE event_format_argument (
        format_id bigint NOT NULL,
        position smallint NOT NULL,
        kind text NOT NULL,
        conversion text NOT NULL,
        name text,
        spread jsonb NOT NULL,
        CONSTRAINT pk_event_format_argument PRIMARY KEY (format_id, position),
        CONSTRAINT fk_event_format_argument_format_id FOREIGN KEY (format_id) REFERENCES event_format (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE TABLE event_format_day (
        format_id bigint NOT NULL,
        day date NOT NULL,
        event_count bigint NOT NULL,
        CONSTRAINT pk_event_format_day PRIMARY KEY (format_id, day),
        CONSTRAINT fk_event_format_day_format_id FOREIGN KEY (format_id) REFERENCES event_format (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE TABLE event_format_host (
        format_id bigint NOT NULL,
        host_id uuid NOT NULL,
        event_count bigint NOT NULL,
        last_seen timestamp with time zone NOT NULL,
        CONSTRAINT pk_event_format_host PRIMARY KEY (format_id, host_id),
        CONSTRAINT fk_event_format_host_format_id FOREIGN KEY (format_id) REFERENCES event_format (id) ON DELETE CASCADE,
        CONSTRAINT fk_event_format_host_host_id FOREIGN KEY (host_id) REFERENCES host (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE TABLE event_format_hour (
        format_id bigint NOT NULL,
        hour timestamp with time zone NOT NULL,
        event_count bigint NOT NULL,
        CONSTRAINT pk_event_format_hour PRIMARY KEY (format_id, hour),
        CONSTRAINT fk_event_format_hour_format_id FOREIGN KEY (format_id) REFERENCES event_format (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_event_count_id ON event_format (event_count, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_event_type ON event_format (event_type);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_facility_event_type ON event_format (facility, event_type);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_first_seen_id ON event_format (first_seen, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_host_count_id ON event_format (host_count, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_last_seen_id ON event_format (last_seen, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_facility_id ON event (facility, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_id_id ON event (format_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_day_day ON event_format_day (day);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_host_host_id_last_seen ON event_format_host (host_id, last_seen);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_host_last_seen ON event_format_host (last_seen);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    CREATE INDEX ix_event_format_hour_hour ON event_format_hour (hour);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN collector DROP DEFAULT, ALTER COLUMN count DROP DEFAULT, ALTER COLUMN truncated DROP DEFAULT;
    ALTER TABLE event_format ALTER COLUMN event_count DROP DEFAULT, ALTER COLUMN host_count DROP DEFAULT, ALTER COLUMN first_seen DROP DEFAULT,
        ALTER COLUMN last_seen DROP DEFAULT, ALTER COLUMN sample DROP DEFAULT, ALTER COLUMN severity DROP DEFAULT;
    UPDATE event SET count = 1 WHERE count = 0;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event ALTER COLUMN payload SET COMPRESSION lz4, ALTER COLUMN args SET COMPRESSION lz4;
    ALTER TABLE event_format ALTER COLUMN format SET COMPRESSION lz4;
    ALTER TABLE event_format_argument ALTER COLUMN spread SET COMPRESSION lz4;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    ALTER TABLE event_format SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE event_format_argument SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE event_format_host SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE event_format_hour SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE event_format_day SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127224757_EventGroups') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261127224757_EventGroups', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE TABLE log_block (
        id uuid NOT NULL,
        address text NOT NULL,
        transport text NOT NULL,
        first_at timestamp with time zone NOT NULL,
        last_at timestamp with time zone NOT NULL,
        lines integer NOT NULL,
        bytes integer NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT pk_log_block PRIMARY KEY (id)
    )
    PARTITION BY RANGE (id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE TABLE loss_hour (
        hour timestamp with time zone NOT NULL,
        transport text NOT NULL,
        received bigint NOT NULL,
        lost bigint NOT NULL,
        lost_text bigint NOT NULL,
        duplicates bigint NOT NULL,
        reordered bigint NOT NULL,
        unknowable bigint NOT NULL,
        kernel_drops bigint NOT NULL,
        CONSTRAINT pk_loss_hour PRIMARY KEY (hour, transport)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE TABLE loss_save (
        collector text NOT NULL,
        run uuid NOT NULL,
        number bigint NOT NULL,
        CONSTRAINT pk_loss_save PRIMARY KEY (collector)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE TABLE sender_loss (
        address text NOT NULL,
        transport text NOT NULL,
        received bigint NOT NULL,
        lost bigint NOT NULL,
        lost_text bigint NOT NULL,
        duplicates bigint NOT NULL,
        reordered bigint NOT NULL,
        unknowable bigint NOT NULL,
        first_at timestamp with time zone NOT NULL,
        last_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_sender_loss PRIMARY KEY (address, transport)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE TABLE sender_loss_day (
        address text NOT NULL,
        transport text NOT NULL,
        day date NOT NULL,
        lost bigint NOT NULL,
        lost_text bigint NOT NULL,
        CONSTRAINT pk_sender_loss_day PRIMARY KEY (day, address, transport)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE INDEX ix_log_block_address_id ON log_block (address, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE INDEX ix_sender_loss_last_at ON sender_loss (last_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE INDEX ix_sender_loss_day_address_day ON sender_loss_day (address, day);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    CREATE TABLE log_block_default PARTITION OF log_block DEFAULT;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    ALTER TABLE log_block ALTER COLUMN content SET STORAGE EXTERNAL; ALTER TABLE log_block_default ALTER COLUMN content SET STORAGE EXTERNAL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    ALTER TABLE sender_loss SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE loss_hour SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE loss_save SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261127232432_LossAccounts') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261127232432_LossAccounts', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128002400_EventAlerts') THEN
    CREATE TABLE event_alert (
        id uuid NOT NULL,
        rule text NOT NULL,
        filter text NOT NULL,
        fired_at timestamp with time zone NOT NULL,
        count bigint NOT NULL,
        within_seconds bigint NOT NULL,
        values jsonb NOT NULL,
        event_id uuid NOT NULL,
        host text NOT NULL,
        facility text NOT NULL,
        severity text NOT NULL,
        text text NOT NULL,
        webhook text,
        delivery text NOT NULL,
        attempts integer NOT NULL,
        next_attempt_at timestamp with time zone,
        delivery_error text,
        CONSTRAINT pk_event_alert PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128002400_EventAlerts') THEN
    CREATE INDEX ix_event_alert_next_attempt_at ON event_alert (next_attempt_at) WHERE delivery = 'pending';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128002400_EventAlerts') THEN
    CREATE INDEX ix_event_alert_rule_id ON event_alert (rule, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128002400_EventAlerts') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261128002400_EventAlerts', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128031029_EventIndexes') THEN
    DROP INDEX ix_event_format_host_host_id_last_seen;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128031029_EventIndexes') THEN
    DROP INDEX ix_event_format_host_last_seen;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128031029_EventIndexes') THEN
    DROP INDEX ix_event_facility_id;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128031029_EventIndexes') THEN
    DROP INDEX ix_event_severity_id;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128031029_EventIndexes') THEN
    CREATE INDEX ix_event_format_host_host_id ON event_format_host (host_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128031029_EventIndexes') THEN
    CREATE INDEX ix_event_id ON event (id) WHERE severity <= 2;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128031029_EventIndexes') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261128031029_EventIndexes', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128033916_BugMinutes') THEN
    ALTER TABLE dump ADD log_kept boolean NOT NULL DEFAULT TRUE;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128033916_BugMinutes') THEN
    CREATE TABLE bug_minute (
        bug_id uuid NOT NULL,
        minute timestamp with time zone NOT NULL,
        crash_count bigint NOT NULL,
        kept_count bigint NOT NULL,
        thinned_count bigint NOT NULL,
        CONSTRAINT pk_bug_minute PRIMARY KEY (bug_id, minute),
        CONSTRAINT fk_bug_minute_bug_id FOREIGN KEY (bug_id) REFERENCES bug (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128033916_BugMinutes') THEN
    CREATE INDEX ix_bug_minute_minute ON bug_minute (minute);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128033916_BugMinutes') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261128033916_BugMinutes', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128065521_BugLogs') THEN
    CREATE TABLE bug_log (
        bug_id uuid NOT NULL,
        dump_id uuid NOT NULL,
        received_at timestamp with time zone NOT NULL,
        rank smallint NOT NULL,
        is_shared boolean NOT NULL,
        CONSTRAINT pk_bug_log PRIMARY KEY (bug_id, dump_id),
        CONSTRAINT fk_bug_log_bug_id FOREIGN KEY (bug_id) REFERENCES bug (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128065521_BugLogs') THEN
    CREATE INDEX ix_bug_log_bug_id_received_at ON bug_log (bug_id, received_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128065521_BugLogs') THEN
    CREATE INDEX ix_bug_log_received_at ON bug_log (received_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261128065521_BugLogs') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261128065521_BugLogs', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261201024654_Maintenance') THEN
    CREATE TABLE maintenance (
        id smallint NOT NULL,
        last_at timestamp with time zone,
        seen_at timestamp with time zone NOT NULL,
        held_since timestamp with time zone,
        steady_seconds double precision NOT NULL,
        CONSTRAINT pk_maintenance PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261201024654_Maintenance') THEN
    INSERT INTO maintenance (id, last_at, seen_at, steady_seconds)
    SELECT 1, newest.day, newest.day, 0
    FROM (
        SELECT max(to_date(right(c.relname, 8), 'YYYYMMDD') - 3)::timestamp AT TIME ZONE 'UTC' AS day
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'dump'::regclass AND c.relname ~ '^dump_[0-9]{8}$'
    ) AS newest
    WHERE newest.day IS NOT NULL;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261201024654_Maintenance') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261201024654_Maintenance', '10.0.15');
    END IF;
END $EF$;
COMMIT;
