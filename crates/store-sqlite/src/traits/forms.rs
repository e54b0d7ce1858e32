use artel_domain::{AskedForm, CallId};
use artel_store::{FormFilter, Forms, Result, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{access, forms};

#[async_trait]
impl Forms for SqliteStore {
    async fn find_form(&self, viewer: &Viewer, form: CallId) -> Result<Option<AskedForm>> {
        let found = forms::find(&self.reads, viewer, form).await?;
        access::note(self, viewer, found.iter().map(|form| &form.session_id)).await?;
        Ok(found)
    }

    async fn list_forms(&self, viewer: &Viewer, filter: FormFilter) -> Result<Vec<AskedForm>> {
        let found = forms::list(&self.reads, viewer, filter).await?;
        access::note(self, viewer, found.iter().map(|form| &form.session_id)).await?;
        Ok(found)
    }
}
