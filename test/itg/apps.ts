// Configurations for the small note keeper that the tests rehearse.

export interface NotesOptions {
  readonly from?: string
  readonly to?: string
  /** YAML below `smoke:`. */
  readonly smoke?: string
  /** Further top-level YAML. */
  readonly more?: string
  readonly fixtures?: string
}

export const countNotes = `
  - http:
      name: no note is lost
      get: /notes
      capture: { notes: $.total }
      json: { $.total: { min: 1, equals: "{baseline.notes}" } }`

/** One container with SQLite in a volume, ten notes made by the source release. */
export function single(options: NotesOptions = {}): string {
  return `
name: notes
stack:
  image: rehearsal-test/app:${options.from ?? '1.0'}
  ports: [8000]
  volumes: ["data:/data"]
path: { to: "${options.to ?? '2.0'}" }
fixtures:${options.fixtures ?? '\n  - seed: { service: app, run: [app, seed, "10"] }'}
smoke:${options.smoke ?? countNotes}
${options.more ?? ''}`
}

/** The same application on PostgreSQL, with a pin in .env. */
export const composeFile = `
services:
  db:
    image: postgres:15
    environment: { POSTGRES_USER: notes, POSTGRES_PASSWORD: notes-password, POSTGRES_DB: notes }
    volumes: ["db-data:/var/lib/postgresql/data"]
    healthcheck:
      test: [CMD, pg_isready, "--host=127.0.0.1", "--username=notes"]
      interval: 500ms
      retries: 60
  web:
    image: rehearsal-test/app:\${APP_VERSION}
    restart: always
    environment: { DATABASE_URL: "postgres://notes:notes-password@db/notes" }
    ports: ["8000:8000"]
    depends_on: { db: { condition: service_healthy } }
volumes: { db-data: }
`

export function compose(options: NotesOptions = {}): {
  'docker-compose.yml': string
  '.env': string
  'upgrade-rehearsal.yml': string
} {
  return {
    'docker-compose.yml': composeFile,
    '.env': `# production\nAPP_VERSION=${options.from ?? '1.0'}\n`,
    'upgrade-rehearsal.yml': `
name: notes
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "${options.to ?? '2.0'}" }
fixtures:${options.fixtures ?? '\n  - postgres: { service: db, dump: notes.sql }'}
smoke:${options.smoke ?? countNotes}
${options.more ?? ''}`,
  }
}

/** What version 1.0 has in its database, as pg_dump writes it. */
export function notesDump(notes: number, owner = 'notes'): string {
  const rows = Array.from({ length: notes }, (_, index) => `${index + 1}\tnote ${index + 1}\n`).join('')
  return `--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
CREATE TABLE public.notes (id integer NOT NULL, title text NOT NULL);
ALTER TABLE public.notes OWNER TO ${owner};
CREATE SEQUENCE public.notes_id_seq AS integer START WITH 1;
ALTER SEQUENCE public.notes_id_seq OWNED BY public.notes.id;
ALTER TABLE ONLY public.notes ALTER COLUMN id SET DEFAULT nextval('public.notes_id_seq'::regclass);
CREATE TABLE public.schema_version (version integer NOT NULL);
COPY public.notes (id, title) FROM stdin;
${rows}\\.
COPY public.schema_version (version) FROM stdin;
1
\\.
SELECT pg_catalog.setval('public.notes_id_seq', ${notes}, true);
ALTER TABLE ONLY public.notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id);

--
-- PostgreSQL database dump complete
--
`
}
