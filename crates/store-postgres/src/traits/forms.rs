use artel_domain::{AskedForm, CallId};
use artel_store::{FormFilter, Forms, Result, Viewer};
use async_trait::async_trait;

use crate::error::within;
use crate::store::PostgresStore;
use crate::{access, forms};

#[async_trait]
impl Forms for PostgresStore {
    async fn find_form(&self, viewer: &Viewer, form: CallId) -> Result<Option<AskedForm>> {
        let found = within(forms::find(&self.pool, viewer, form)).await?;
        access::note(self, viewer, found.iter().map(|form| &form.session_id)).await?;
        Ok(found)
    }

    async fn list_forms(&self, viewer: &Viewer, filter: FormFilter) -> Result<Vec<AskedForm>> {
        let found = within(forms::list(&self.pool, viewer, filter)).await?;
        access::note(self, viewer, found.iter().map(|form| &form.session_id)).await?;
        Ok(found)
    }
}
