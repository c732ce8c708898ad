import { DatabaseSync } from 'node:sqlite'

/** As Django's migrations make them: django-celery-results 2.6, django-celery-beat 2.9. */
const tables = `
CREATE TABLE django_celery_results_taskresult (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, task_id varchar(255) NOT
  NULL UNIQUE, status varchar(50) NOT NULL, content_type varchar(128) NOT NULL, content_encoding varchar(64) NOT NULL,
  result text NULL, date_done datetime NOT NULL, traceback text NULL, meta text NULL, task_args text NULL, task_kwargs
  text NULL, task_name varchar(255) NULL, date_created datetime NOT NULL, worker varchar(100) NULL, periodic_task_name
  varchar(255) NULL, date_started datetime NULL);
CREATE TABLE django_celery_beat_intervalschedule (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, every integer NOT NULL,
  period varchar(24) NOT NULL);
CREATE TABLE django_celery_beat_crontabschedule (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, minute varchar(240) NOT
  NULL, hour varchar(96) NOT NULL, day_of_week varchar(64) NOT NULL, day_of_month varchar(124) NOT NULL, month_of_year
  varchar(64) NOT NULL, timezone varchar(63) NOT NULL);
CREATE TABLE django_celery_beat_solarschedule (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, event varchar(24) NOT
  NULL, latitude decimal NOT NULL, longitude decimal NOT NULL);
CREATE TABLE django_celery_beat_clockedschedule (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, clocked_time datetime
  NOT NULL);
CREATE TABLE django_celery_beat_periodictasks (ident smallint NOT NULL PRIMARY KEY, last_update datetime NOT NULL);
CREATE TABLE django_celery_beat_periodictask (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar(200) NOT NULL
  UNIQUE, task varchar(200) NOT NULL, args text NOT NULL, kwargs text NOT NULL, queue varchar(200) NULL, exchange
  varchar(200) NULL, routing_key varchar(200) NULL, expires datetime NULL, enabled bool NOT NULL, last_run_at datetime
  NULL, total_run_count integer unsigned NOT NULL CHECK (total_run_count >= 0), date_changed datetime NOT NULL,
  description text NOT NULL, crontab_id integer NULL REFERENCES django_celery_beat_crontabschedule (id), interval_id
  integer NULL REFERENCES django_celery_beat_intervalschedule (id), solar_id integer NULL REFERENCES
  django_celery_beat_solarschedule (id), one_off bool NOT NULL, start_time datetime NULL, priority integer unsigned NULL
  CHECK (priority >= 0), headers text NOT NULL, clocked_id integer NULL REFERENCES django_celery_beat_clockedschedule
  (id), expire_seconds integer unsigned NULL CHECK (expire_seconds >= 0));
`

const rows = `
INSERT INTO django_celery_results_taskresult
  (task_id, status, content_type, content_encoding, result, date_done, task_args, task_kwargs, task_name, date_created, worker) VALUES
  ('done', 'SUCCESS', 'application/json', 'utf-8', '{"sum": 3}', '2026-11-21 12:00:00', '"(1, ''zo\\u00eb'')"', '"{}"', 'shop.add',
   '2026-11-21 11:59:00', 'w1@host'),
  ('pickled', 'SUCCESS', 'application/x-python-serialize', 'binary', 'gASVAw==', '2026-11-21 12:00:00', NULL, NULL, NULL,
   '2026-11-21 11:59:00', NULL);
INSERT INTO django_celery_beat_intervalschedule VALUES (1, 10, 'seconds');
INSERT INTO django_celery_beat_crontabschedule VALUES (1, '0', '3', '1-5', '*', '*', 'Europe/Paris');
INSERT INTO django_celery_beat_solarschedule VALUES (1, 'solar_noon', 48.85, 2.35);
INSERT INTO django_celery_beat_clockedschedule VALUES (1, '2026-11-24 00:29:35.021035');
INSERT INTO django_celery_beat_periodictasks VALUES (1, '2026-11-21 10:00:00.000001');
INSERT INTO django_celery_beat_periodictask
  (name, task, args, kwargs, enabled, last_run_at, total_run_count, date_changed, description, interval_id, crontab_id, solar_id,
   clocked_id, one_off, headers) VALUES
  ('often', 'tasksapp.add', '[1, 2]', '{}', 1, '2026-11-21 11:59:55', 7, '2026-11-20 10:00:00', '', 1, NULL, NULL, NULL, 0, '{}'),
  ('off', 'tasksapp.add', '[1, 2]', '{}', 0, NULL, 0, '2026-11-20 10:00:00', '', 1, NULL, NULL, NULL, 0, '{}'),
  ('nightly', 'shop.totals', '[]', '{"month": 12345678901234567890}', 1, NULL, 0, '2026-11-20 10:00:00', '', NULL, 1, NULL, NULL, 0, '{}'),
  ('sun', 'shop.light', '[]', '{}', 1, NULL, 0, '2026-11-20 10:00:00', '', NULL, NULL, 1, NULL, 0, '{}'),
  ('once', 'shop.launch', '[]', '{}', 1, NULL, 0, '2026-11-20 10:00:00', '', NULL, NULL, NULL, 1, 1, '{}');
`

/** A Django project's database with results and schedules, as a new file. */
export function makeDjangoTables(file: string): void {
  const db = new DatabaseSync(file)
  db.exec(tables + rows)
  db.close()
}
