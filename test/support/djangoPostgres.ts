/** Tables as the migrations of django-celery-results 2.4 and django-celery-beat 2.4 make them in PostgreSQL, with a few rows. */
export const djangoPostgres = `
CREATE TABLE django_celery_results_taskresult (id serial PRIMARY KEY, task_id varchar(255) NOT NULL UNIQUE, status varchar(50) NOT
  NULL, content_type varchar(128) NOT NULL, content_encoding varchar(64) NOT NULL, result text NULL, date_done timestamptz NOT NULL,
  traceback text NULL, meta text NULL, task_args text NULL, task_kwargs text NULL, task_name varchar(255) NULL, worker varchar(100)
  NULL, date_created timestamptz NOT NULL, periodic_task_name varchar(255) NULL);
CREATE TABLE django_celery_beat_crontabschedule (id serial PRIMARY KEY, minute varchar(240) NOT NULL, hour varchar(96) NOT NULL,
  day_of_week varchar(64) NOT NULL, day_of_month varchar(124) NOT NULL, month_of_year varchar(64) NOT NULL, timezone varchar(63) NOT
  NULL);
CREATE TABLE django_celery_beat_intervalschedule (id serial PRIMARY KEY, every integer NOT NULL, period varchar(24) NOT NULL);
CREATE TABLE django_celery_beat_solarschedule (id serial PRIMARY KEY, event varchar(24) NOT NULL, latitude numeric(9, 6) NOT NULL,
  longitude numeric(9, 6) NOT NULL);
CREATE TABLE django_celery_beat_clockedschedule (id serial PRIMARY KEY, clocked_time timestamptz NOT NULL);
CREATE TABLE django_celery_beat_periodictasks (ident smallint PRIMARY KEY, last_update timestamptz NOT NULL);
CREATE TABLE django_celery_beat_periodictask (id serial PRIMARY KEY, name varchar(200) NOT NULL UNIQUE, task varchar(200) NOT NULL,
  args text NOT NULL, kwargs text NOT NULL, queue varchar(200) NULL, exchange varchar(200) NULL, routing_key varchar(200) NULL,
  expires timestamptz NULL, enabled boolean NOT NULL, last_run_at timestamptz NULL, total_run_count integer NOT NULL CHECK
  (total_run_count >= 0), date_changed timestamptz NOT NULL, description text NOT NULL, crontab_id integer NULL REFERENCES
  django_celery_beat_crontabschedule (id), interval_id integer NULL REFERENCES django_celery_beat_intervalschedule (id), solar_id
  integer NULL REFERENCES django_celery_beat_solarschedule (id), one_off boolean NOT NULL, start_time timestamptz NULL, priority
  integer NULL, headers text NOT NULL, clocked_id integer NULL REFERENCES django_celery_beat_clockedschedule (id), expire_seconds
  integer NULL);
INSERT INTO django_celery_results_taskresult
  (task_id, status, content_type, content_encoding, result, date_done, task_args, task_kwargs, task_name, date_created, worker) VALUES
  ('done', 'SUCCESS', 'application/json', 'utf-8', '{"sum": 3}', '2026-11-21 13:00:00+01', '"(1, ''zo\\u00eb'')"', '"{}"',
   'shop.add', '2026-11-21 11:59:00Z', 'w1@host');
INSERT INTO django_celery_beat_intervalschedule VALUES (1, 10, 'seconds');
INSERT INTO django_celery_beat_crontabschedule VALUES (1, '0', '3', '1-5', '*', '*', 'Europe/Paris');
INSERT INTO django_celery_beat_solarschedule VALUES (1, 'solar_noon', 48.85, 2.35);
INSERT INTO django_celery_beat_clockedschedule VALUES (1, '2026-11-24 00:29:35.021035Z');
INSERT INTO django_celery_beat_periodictasks VALUES (1, '2026-11-21 10:00:00.000001Z');
INSERT INTO django_celery_beat_periodictask
  (name, task, args, kwargs, enabled, last_run_at, total_run_count, date_changed, description, interval_id, crontab_id, solar_id,
   clocked_id, one_off, headers) VALUES
  ('often', 'tasksapp.add', '[1, 2]', '{}', true, '2026-11-21 11:59:55Z', 7, '2026-11-20 10:00:00Z', '', 1, NULL, NULL, NULL, false,
   '{}'),
  ('off', 'tasksapp.add', '[1, 2]', '{}', false, NULL, 0, '2026-11-20 10:00:00Z', '', 1, NULL, NULL, NULL, false, '{}'),
  ('nightly', 'shop.totals', '[]', '{}', true, NULL, 0, '2026-11-20 10:00:00Z', '', NULL, 1, NULL, NULL, false, '{}'),
  ('sun', 'shop.light', '[]', '{}', true, NULL, 0, '2026-11-20 10:00:00Z', '', NULL, NULL, 1, NULL, false, '{}'),
  ('once', 'shop.launch', '[]', '{}', true, NULL, 0, '2026-11-20 10:00:00Z', '', NULL, NULL, NULL, 1, true, '{}');
`
