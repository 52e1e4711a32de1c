"""What a merchant fills in to offer something: shared by the editor of a promo and of a series.

How a page uses it:

* `TypedOffer.sent(request.form)` is what was typed, as text; `TypedOffer.of(promo, locale)` what a
  stored promo would have typed. Nothing typed is ever lost: fields show it again as it came.
* `offer_page.of(typed)` looks up what belongs to it (the product, its store, segments, matches of
  the search), reads it, and is handed to the macros of `templates/console/promo_editor/fields.html`
  as `form`: `product_field`, `price_field`, `segments_field`, `radius_field`, `quantity_field`.
* `form.offer.values` are the terms that could be read, by their names in `promos.terms.Terms`;
  `form.offer.wrong` the sentences of all others. What the domain refuses is put beside these by
  `form.refused(error.fields)`.
* The page wraps all in one `<form id="promo-form">` and brings the scripts of
  `templates/console/promo_editor/scripts.html`. The live count (`audience_field`) and the discount
  post this form to `console_promo_editor.audience` and `.told`, which look at these fields only.
* The form carries `kept_typed.key()` as its field `draft`, and what was saved is answered through
  `kept_typed.saved`: so a tab offers again what a session that ended has kept from being saved.
* Without a script the buttons `step=find` and `step=count` come to the page's own address: show the
  page again, with `counted.of(form)` as `count` when it is to be counted.
"""
