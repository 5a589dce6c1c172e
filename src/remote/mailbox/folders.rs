//! Folders: listed, made, found by their names.

use super::{Mailbox, Pages, about};
use crate::remote::api::folders::{self, Folder};
use crate::remote::api::{self, Place, Query};
use crate::remote::clock::Clock;
use crate::remote::error::RemoteError;
use crate::remote::transport::Transport;

/// The largest page of folders that is asked for.
const FOLDERS_PER_PAGE: u32 = 100;

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// The folders in a place.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn folders(&self, place: &Place) -> Result<Vec<Folder>, RemoteError> {
        let query = Query { top: Some(FOLDERS_PER_PAGE), ..Query::default() };
        let mut pages = Pages::new(self, folders::list(&self.endpoint, place, &query));
        let mut found = Vec::new();
        while let Some(page) = pages.next().await? {
            found.extend(page.into_iter().filter_map(|folder| folders::read(folder, self.endpoint.dialect)));
        }
        Ok(found)
    }

    /// Creates a folder in a place.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn create_folder(&self, place: &Place, name: &str) -> Result<Folder, RemoteError> {
        let request = folders::create(&self.endpoint, place, name);
        let about = about(&request);
        // A second one of the same name is refused, so that repeating does no harm.
        let answer = match self.call(request).await {
            Err(RemoteError::Refused(error)) if error.is("ErrorFolderExists") => None,
            answer => Some(answer?),
        };
        let made = answer.and_then(|answer| api::object(answer.body()).ok());
        match made.and_then(|made| folders::read(made, self.endpoint.dialect)) {
            Some(folder) => Ok(folder),
            None => {
                let what = "it names no folder".to_owned();
                let there = self.folders(place).await?.into_iter().find(|folder| same_name(&folder.name, name));
                there.ok_or(RemoteError::Answer { request: about, what })
            }
        }
    }

    /// The place that a path of folder names stands for; with `create`, missing folders are made.
    ///
    /// # Errors
    /// [`RemoteError::NoFolder`] when one is missing; when the service refuses, or patience ends.
    pub async fn place(&self, path: &[String], create: bool) -> Result<Place, RemoteError> {
        let mut place = Place::default();
        for name in path {
            let there = self.folders(&place).await?;
            let found = there.iter().find(|folder| same_name(&folder.name, name)).cloned();
            let folder = match found {
                Some(folder) => folder,
                None if create => self.create_folder(&place, name).await?,
                None => return Err(no_folder(name, &there)),
            };
            place.0.push(folder.id);
        }
        Ok(place)
    }
}

/// Exchange compares folder names without case.
fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn no_folder(missing: &str, there: &[Folder]) -> RemoteError {
    let names: Vec<_> = there.iter().map(|folder| format!("\"{}\"", folder.name.replace('/', "\\/"))).collect();
    let there =
        if names.is_empty() { "there is none at all".to_owned() } else { format!("there are {}", names.join(", ")) };
    RemoteError::NoFolder { missing: missing.to_owned(), there }
}
