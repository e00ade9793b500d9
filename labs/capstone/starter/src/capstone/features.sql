-- features: what is known about each evening departure at the hour of decision, and whether it was disrupted.
--
-- Grain    day, origin, carrier, flight, sched_at (departures scheduled from first_hour on)
-- Known    decided_at = decision_hour of the same day, local time. Of today: how long each flight of the morning has
--          waited until then, at most; a flight that leaves later and one that never leaves look the same. Of days
--          before: their labels. Weather: rows of hours that are over, because a row holds rain until its minute 51.
-- Label    disrupted = 1 when it arrives late_minutes or more behind schedule, or never (cancelled, diverted).
--          It is known late_minutes after the scheduled arrival, whatever happens: before the next decision.
-- Inputs   flights, weather (local time, from ingest); settings (one row of params.yaml)
with evening as (
    select
        flights.*,
        flights.day + settings.decision_hour * interval 1 hour as decided_at,
        case when arr_delay is null or arr_delay >= settings.late_minutes then 1 else 0 end as disrupted
    from flights cross join settings
    where extract(hour from sched_at) >= settings.first_hour
),

morning as (
    select
        day, origin, carrier, sched_at,
        day + settings.decision_hour * interval 1 hour as decided_at,
        left_at
    from flights cross join settings
    where extract(hour from sched_at) between 6 and settings.decision_hour - 2
),

waits as (
    select
        day, origin, carrier,
        greatest(0, date_diff('minute', sched_at, least(coalesce(left_at, decided_at), decided_at))) as waited
    from morning
),

today as (
    select day, origin, avg(waited) as origin_wait from waits group by day, origin
),

today_carrier as (
    select day, origin, carrier, avg(waited) as carrier_wait from waits group by day, origin, carrier
),

by_hour as (
    select day, carrier, extract(hour from sched_at) as hour, count(*) as flights, sum(disrupted) as disrupted
    from evening group by all
),

by_dest as (
    select day, dest, count(*) as flights, sum(disrupted) as disrupted from evening group by all
),

hour_history as (
    select
        day, carrier, hour,
        sum(disrupted) over past / sum(flights) over past as hour_rate
    from by_hour
    window past as (
        partition by carrier, hour order by day
        range between interval 28 days preceding and interval 1 day preceding
    )
),

dest_history as (
    select
        day, dest,
        sum(disrupted) over past / sum(flights) over past as dest_rate
    from by_dest
    window past as (
        partition by dest order by day
        range between interval 28 days preceding and interval 1 day preceding
    )
),

observed as (
    select
        evening.day, evening.origin,
        arg_max(precip, seen_at) as precip,
        arg_max(visib, seen_at) as visib,
        arg_max(wind_speed, seen_at) as wind_speed,
        arg_max(humid, seen_at) as humid
    from (select distinct day, origin, decided_at from evening) as evening
    join weather
        on weather.origin = evening.origin
        and seen_at > decided_at - interval 4 hours
        and seen_at <= decided_at - interval 1 hour
    group by evening.day, evening.origin
)

select
    evening.day, evening.origin, evening.carrier, evening.flight, evening.dest, evening.sched_at,
    cast(extract(hour from evening.sched_at) as double) as hour,
    hour_history.hour_rate,
    dest_history.dest_rate,
    today.origin_wait,
    today_carrier.carrier_wait,
    observed.precip, observed.visib, observed.wind_speed, observed.humid,
    evening.disrupted
from evening
left join today using (day, origin)
left join today_carrier using (day, origin, carrier)
left join hour_history
    on hour_history.day = evening.day and hour_history.carrier = evening.carrier
    and hour_history.hour = extract(hour from evening.sched_at)
left join dest_history on dest_history.day = evening.day and dest_history.dest = evening.dest
left join observed on observed.day = evening.day and observed.origin = evening.origin
order by evening.day, evening.sched_at, evening.origin, evening.carrier, evening.flight
