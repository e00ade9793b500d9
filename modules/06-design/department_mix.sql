-- department_mix: what each household bought in each department in the 84 days before campaign 18 starts
--
-- Grain    household_id, department
-- Inputs   transactions (household_id, basket_id, product_id, sales_value, store_time), products (product_id, department)
--
-- One statement for DuckDB and Spark: no engine's own functions, money is decimal, the order is total.
select
    transactions.household_id,
    products.department,
    count(*) as lines,
    count(distinct transactions.basket_id) as trips,
    sum(transactions.sales_value) as spend
from transactions
join products on transactions.product_id = products.product_id
where transactions.store_time >= date '2017-08-07' and transactions.store_time < date '2017-10-30'
group by transactions.household_id, products.department
order by transactions.household_id, products.department
