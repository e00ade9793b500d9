-- household_weeks: one row per household and week at risk of lapsing.
--
-- Grain    household_id, week (the decision is taken when the week has ended)
-- At risk  the household bought in this week or the week before it
-- Label    lapsed = 1 when it buys nothing in the four weeks that follow
-- Features from this week and earlier ones only: adding later rows changes none of them
-- Weeks    12 to 48: twelve weeks of history before, four weeks of outcome after
--
-- The label of week w is known at the end of week w + 4, not before.
with weekly as (
    select
        household_id,
        week,
        count(distinct basket_id) as trips,
        sum(cast(sales_value as decimal(12, 2))) as spend,
        sum(cast(retail_disc as decimal(12, 2))) as discount,
        sum(case when coupon_disc + coupon_match_disc > 0 then 1 else 0 end) as coupon_lines
    from transactions
    group by household_id, week
),

-- A household that stays away leaves no row, so the grid puts the missing weeks in.
grid as (
    select households.household_id, weeks.week
    from (select distinct household_id from weekly) as households
    cross join (select distinct week from transactions) as weeks
),

dense as (
    select
        grid.household_id,
        grid.week,
        coalesce(weekly.trips, 0) as trips,
        coalesce(weekly.spend, cast(0 as decimal(12, 2))) as spend,
        coalesce(weekly.discount, cast(0 as decimal(12, 2))) as discount,
        coalesce(weekly.coupon_lines, 0) as coupon_lines
    from grid
    left join weekly
        on grid.household_id = weekly.household_id and grid.week = weekly.week
),

windowed as (
    select
        household_id,
        week,
        trips as trips_1w,
        sum(trips) over past_2 as trips_2w,
        sum(trips) over past_4 as trips_4w,
        sum(trips) over past_12 as trips_12w,
        sum(case when trips > 0 then 1 else 0 end) over past_12 as active_weeks_12w,
        sum(spend) over past_4 as spend_4w,
        sum(spend) over past_12 as spend_12w,
        sum(discount) over past_12 as discount_12w,
        sum(coupon_lines) over past_12 as coupon_12w,
        sum(trips) over next_4 as trips_next_4w
    from dense
    window
        past_2 as (partition by household_id order by week rows between 1 preceding and current row),
        past_4 as (partition by household_id order by week rows between 3 preceding and current row),
        past_12 as (partition by household_id order by week rows between 11 preceding and current row),
        next_4 as (partition by household_id order by week rows between 1 following and 4 following)
)

select
    cast(household_id as bigint) as household_id,
    cast(week as bigint) as week,
    cast(case when trips_1w > 0 then 0 else 1 end as bigint) as weeks_since_visit,
    cast(trips_4w as bigint) as trips_4w,
    cast(trips_12w as bigint) as trips_12w,
    cast(active_weeks_12w as bigint) as active_weeks_12w,
    cast(spend_4w as decimal(12, 2)) as spend_4w,
    cast(spend_12w as decimal(12, 2)) as spend_12w,
    cast(discount_12w as decimal(12, 2)) as discount_12w,
    cast(coupon_12w as bigint) as coupon_12w,
    cast(case when trips_next_4w = 0 then 1 else 0 end as bigint) as lapsed
from windowed
where trips_2w > 0 and week between 12 and 48
order by household_id, week
