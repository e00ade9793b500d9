-- history: what was known about each household when a campaign was mailed to it, and what it did then.
--
-- Grain    campaign_id, household_id (the households that the retailer mailed)
-- Known    the $history_days days before the campaign's start, in store time; the start day itself is not known yet
-- Label    redeemed = 1 when the household redeems a coupon of this campaign within $horizon_days days from its start
--
-- Purchases are stamped in UTC, campaigns and redemptions are dated in store time: at 22:00 in the store it is already
-- tomorrow in UTC. The label is known $horizon_days days after the start, not before.
with mailed as (
    select
        campaigns.campaign_id,
        campaigns.household_id,
        campaign_descriptions.campaign_type,
        cast(campaign_descriptions.start_date as date) as start_date
    from campaigns
    join campaign_descriptions on campaigns.campaign_id = campaign_descriptions.campaign_id
    where campaigns.campaign_id between $first_campaign and $last_campaign
),

purchases as (
    select
        household_id,
        basket_id,
        cast(timezone('America/New_York', timezone('UTC', transaction_timestamp)) as date) as store_date,
        cast(sales_value as decimal(12, 2)) as spend,
        case when coupon_disc + coupon_match_disc > 0 then 1 else 0 end as coupon_line
    from transactions
),

bought as (
    select
        mailed.campaign_id,
        mailed.household_id,
        sum(purchases.spend) as spend,
        count(distinct purchases.basket_id) as trips,
        sum(purchases.coupon_line) as coupon_lines
    from mailed
    join purchases
        on mailed.household_id = purchases.household_id
        and purchases.store_date >= mailed.start_date - cast($history_days as integer)
        and purchases.store_date < mailed.start_date
    group by mailed.campaign_id, mailed.household_id
),

redeemed_before as (
    select mailed.campaign_id, mailed.household_id, count(*) as redemptions
    from mailed
    join coupon_redemptions
        on mailed.household_id = coupon_redemptions.household_id
        and cast(coupon_redemptions.redemption_date as date) >= mailed.start_date - cast($history_days as integer)
        and cast(coupon_redemptions.redemption_date as date) < mailed.start_date
    group by mailed.campaign_id, mailed.household_id
),

outcome as (
    select distinct mailed.campaign_id, mailed.household_id
    from mailed
    join coupon_redemptions
        on mailed.household_id = coupon_redemptions.household_id
        and mailed.campaign_id = coupon_redemptions.campaign_id
        and cast(coupon_redemptions.redemption_date as date) >= mailed.start_date
        and cast(coupon_redemptions.redemption_date as date) < mailed.start_date + cast($horizon_days as integer)
)

select
    cast(mailed.campaign_id as bigint) as campaign_id,
    cast(mailed.household_id as bigint) as household_id,
    mailed.campaign_type,
    mailed.start_date,
    cast(coalesce(bought.spend, 0) as decimal(12, 2)) as spend,
    cast(coalesce(bought.trips, 0) as bigint) as trips,
    cast(coalesce(bought.coupon_lines, 0) as bigint) as coupon_lines,
    cast(coalesce(redeemed_before.redemptions, 0) as bigint) as redemptions,
    cast(case when outcome.household_id is null then 0 else 1 end as bigint) as redeemed
from mailed
left join bought on mailed.campaign_id = bought.campaign_id and mailed.household_id = bought.household_id
left join redeemed_before
    on mailed.campaign_id = redeemed_before.campaign_id and mailed.household_id = redeemed_before.household_id
left join outcome on mailed.campaign_id = outcome.campaign_id and mailed.household_id = outcome.household_id
order by mailed.campaign_id, mailed.household_id
