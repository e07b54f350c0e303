//! The filters of a Describe call: some rows by id, or those of a filtered table.

use aws_sdk_ec2::types::Filter;

use crate::kinds::listing::ListRequest;
use crate::model::KindInfo;

/// The filters for these ids, which go by AWS's filter `id`; without ids, those of the request's table. A filter and not the
/// operation's list of ids: of that, one missing row fails all, and it does not page. What is asked for by id is asked for whether it
/// is still in the table or not.
pub(super) fn filters(
    request: &ListRequest,
    kind: &KindInfo,
    id: &str,
    ids: Option<Vec<String>>,
) -> Option<Vec<Filter>> {
    let filter = |name: &str, values| Filter::builder().name(name).set_values(Some(values)).build();
    if let Some(ids) = ids {
        return Some(vec![filter(id, ids)]);
    }
    let wanted = request.selector.filters()?.by_aws_name(kind);
    Some(wanted.map(|(name, values)| filter(name, values.iter().map(ToString::to_string).collect())).collect())
}
