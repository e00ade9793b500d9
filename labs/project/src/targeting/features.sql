-- features: what is known about each household when a campaign starts, and whether it redeemed.
--
-- Grain    campaign_id, household_id (the households that the retailer mailed)
-- Known    the history_days days before the start, in store time; the start day itself is not known yet
-- Label    redeemed = 1 when the household redeems a coupon of this campaign within horizon_days days from its start;
--          null as long as that horizon has not passed: a label that is not known is not 0
-- Marks    history_complete, horizon_complete = 1 when the data reach back, and forward, far enough
-- Inputs   transactions (with store_time), campaigns, campaign_descriptions, coupons, coupon_redemptions,
--          settings (one row: first_day, last_day, history_days, horizon_days)
--
-- One statement for DuckDB, Spark and the service: no engine's own functions, dates move by whole days, money is decimal,
-- and the order is total. What must not be used here is listed, and tested, in tests/data/test_features.py.
with mailed as (
    select
        campaigns.campaign_id,
        campaigns.household_id,
        campaign_descriptions.campaign_type,
        campaign_descriptions.start_date,
        campaign_descriptions.start_date - settings.history_days as from_date,
        campaign_descriptions.start_date - 28 as recent_date,
        campaign_descriptions.start_date + settings.horizon_days as mature_date,
        settings.first_day,
        settings.last_day
    from campaigns
    join campaign_descriptions on campaigns.campaign_id = campaign_descriptions.campaign_id
    cross join settings
),

purchases as (
    select
        mailed.campaign_id,
        mailed.household_id,
        transactions.basket_id,
        transactions.product_id,
        transactions.sales_value,
        transactions.retail_disc,
        case when transactions.coupon_disc + transactions.coupon_match_disc > 0 then 1 else 0 end as coupon_line,
        case when cast(transactions.store_time as date) >= mailed.recent_date then 1 else 0 end as recent,
        case when covered.product_id is null then 0 else 1 end as affine
    from mailed
    -- TASK 2.3: the purchases that are known at the start, each once
    join transactions
        on mailed.household_id = transactions.household_id
        and cast(transactions.store_time as date) >= mailed.from_date
        and cast(transactions.store_time as date) < mailed.start_date
    left join (
        select distinct campaign_id, product_id from coupons -- a product stands under several coupons of one campaign
    ) as covered
        on mailed.campaign_id = covered.campaign_id and transactions.product_id = covered.product_id
    -- END TASK 2.3
),

bought as (
    select
        campaign_id,
        household_id,
        sum(sales_value) as spend,
        count(distinct basket_id) as trips,
        count(distinct case when recent = 1 then basket_id end) as recent_trips,
        sum(coupon_line) as coupon_lines,
        sum(retail_disc) as discount,
        sum(case when affine = 1 then sales_value else 0 end) as affinity_spend,
        count(distinct case when affine = 1 then product_id end) as affinity_products
    from purchases
    group by campaign_id, household_id
),

mailed_before as (
    select mailed.campaign_id, mailed.household_id, count(*) as mailings
    from mailed
    join campaigns on mailed.household_id = campaigns.household_id
    join campaign_descriptions
        on campaigns.campaign_id = campaign_descriptions.campaign_id
        and campaign_descriptions.start_date >= mailed.from_date
        and campaign_descriptions.start_date < mailed.start_date
    group by mailed.campaign_id, mailed.household_id
),

redeemed_before as (
    select mailed.campaign_id, mailed.household_id, count(*) as redemptions
    from mailed
    join coupon_redemptions
        on mailed.household_id = coupon_redemptions.household_id
        and coupon_redemptions.redemption_date >= mailed.from_date
        and coupon_redemptions.redemption_date < mailed.start_date
    group by mailed.campaign_id, mailed.household_id
),

outcome as (
    -- TASK 2.4: one row for each mailed household: campaign_id, household_id, redeemed
    select
        mailed.campaign_id,
        mailed.household_id,
        case
            when mailed.mature_date > mailed.last_day + 1 then null
            when count(coupon_redemptions.household_id) > 0 then 1
            else 0
        end as redeemed
    from mailed
    left join coupon_redemptions
        on mailed.household_id = coupon_redemptions.household_id
        and mailed.campaign_id = coupon_redemptions.campaign_id
        and coupon_redemptions.redemption_date >= mailed.start_date
        and coupon_redemptions.redemption_date < mailed.mature_date
    group by mailed.campaign_id, mailed.household_id, mailed.mature_date, mailed.last_day
    -- END TASK 2.4
)

select
    cast(mailed.campaign_id as bigint) as campaign_id,
    cast(mailed.household_id as bigint) as household_id,
    mailed.campaign_type,
    mailed.start_date,
    cast(coalesce(bought.spend, 0) as decimal(12, 2)) as spend,
    cast(coalesce(bought.trips, 0) as bigint) as trips,
    cast(coalesce(bought.recent_trips, 0) as bigint) as recent_trips,
    cast(coalesce(bought.coupon_lines, 0) as bigint) as coupon_lines,
    cast(coalesce(bought.discount, 0) as decimal(12, 2)) as discount,
    cast(coalesce(bought.affinity_spend, 0) as decimal(12, 2)) as affinity_spend,
    cast(coalesce(bought.affinity_products, 0) as bigint) as affinity_products,
    cast(coalesce(mailed_before.mailings, 0) as bigint) as mailings,
    cast(coalesce(redeemed_before.redemptions, 0) as bigint) as redemptions,
    cast(case when mailed.from_date >= mailed.first_day then 1 else 0 end as bigint) as history_complete,
    cast(case when mailed.mature_date <= mailed.last_day + 1 then 1 else 0 end as bigint) as horizon_complete,
    cast(outcome.redeemed as bigint) as redeemed
from mailed
left join bought on mailed.campaign_id = bought.campaign_id and mailed.household_id = bought.household_id
left join mailed_before
    on mailed.campaign_id = mailed_before.campaign_id and mailed.household_id = mailed_before.household_id
left join redeemed_before
    on mailed.campaign_id = redeemed_before.campaign_id and mailed.household_id = redeemed_before.household_id
join outcome on mailed.campaign_id = outcome.campaign_id and mailed.household_id = outcome.household_id
order by mailed.campaign_id, mailed.household_id
