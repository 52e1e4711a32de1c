-- The newest twenty promos of all stores, with what a list shows of them.
SELECT promo.id, promo.promo_price, promo.start_time, promo.end_time, promo.published,
       product.name, product.regular_price, store.name, store.time_zone, store.currency, run.*
FROM promo
JOIN product ON product.id = promo.product_id
JOIN store ON store.id = product.store_id
JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.deleted_at IS NULL
ORDER BY promo.id DESC
LIMIT 20;
