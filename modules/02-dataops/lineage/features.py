"""The stage of lesson 2.1: twelve weeks of deliveries become one row for each household."""

import duckdb

duckdb.sql("""
    copy (
        select
            household_id,
            max(week) as last_visit,
            count(distinct basket_id) as trips_12w,
            sum(cast(sales_value as decimal(12, 2))) as spend_12w
        from 'deliveries/*.parquet'
        where week > (select max(week) - 12 from 'deliveries/*.parquet')
        group by household_id
        order by household_id
    ) to 'features.parquet' (format parquet)
""")
