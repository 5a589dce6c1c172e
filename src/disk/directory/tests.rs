use super::*;

/// A place for a directory within one that vanishes.
fn stage() -> (TempDir, PathBuf) {
    let stage = tempfile::tempdir().unwrap();
    let place = stage.path().join("cards");
    (stage, place)
}

fn begin(place: &Path) -> io::Result<Directory> {
    Directory::create(place, Names::new(".vcf", "Unnamed"))
}

fn write(place: &Path, files: &[(&str, &str)]) -> io::Result<()> {
    let mut directory = begin(place)?;
    for (text, content) in files {
        directory.add(text, content.as_bytes())?;
    }
    directory.commit()
}

/// The files in a directory with their content; hidden ones are left out.
fn files(place: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(place).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .filter(|(name, _)| !name.starts_with('.'))
        .collect();
    files.sort();
    files
}

fn shown(place: &Path) -> String {
    files(place).iter().map(|(name, content)| format!("{name}={content};")).collect()
}

fn count(directory: &Path) -> usize {
    fs::read_dir(directory).unwrap().count()
}

#[test]
fn a_directory_appears_whole() {
    let (stage, place) = stage();
    let mut directory = begin(&place).unwrap();
    directory.add("Ann", b"1").unwrap();
    directory.add("ann", b"2").unwrap();
    assert!(!place.exists());
    directory.commit().unwrap();
    assert_eq!(shown(&place), "Ann.vcf=1;ann (2).vcf=2;");
    assert_eq!(count(stage.path()), 1);
}

#[test]
fn a_name_that_the_system_takes_for_another_is_passed_over() {
    let (_stage, place) = stage();
    let mut directory = begin(&place).unwrap();
    fs::write(directory.temporary().join("Ann.vcf"), "the system's").unwrap();
    directory.add("Ann", b"1").unwrap();
    directory.commit().unwrap();
    assert_eq!(shown(&place), "Ann (2).vcf=1;Ann.vcf=the system's;");
}

#[test]
fn the_list_is_as_sha256sum_has_it() {
    let (_stage, place) = stage();
    write(&place, &[("Ann", "abc")]).unwrap();
    let list = fs::read_to_string(place.join(LIST)).unwrap();
    // The hash is FIPS 180-4's own example.
    assert_eq!(list, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  Ann.vcf\n");
}

#[test]
fn one_that_is_given_up_leaves_no_trace() {
    let (stage, place) = stage();
    write(&place, &[("Ann", "old")]).unwrap();
    let mut directory = begin(&place).unwrap();
    directory.add("Ann", b"new").unwrap();
    drop(directory);
    assert_eq!(shown(&place), "Ann.vcf=old;");
    let mut directory = begin(&place).unwrap();
    directory.add("Ann", b"new").unwrap();
    discard(directory.temporary());
    directory.commit().unwrap_err();
    assert_eq!(shown(&place), "Ann.vcf=old;");
    assert_eq!(count(stage.path()), 1);
}

#[test]
fn a_second_run_replaces_what_the_first_one_wrote() {
    let (stage, place) = stage();
    write(&place, &[("Ann", "1"), ("Ben", "2")]).unwrap();
    write(&place, &[("Ann", "1"), ("Ben", "2")]).unwrap();
    assert_eq!(shown(&place), "Ann.vcf=1;Ben.vcf=2;");
    fs::write(place.join(".DS_Store"), "litter").unwrap();
    fs::remove_file(place.join("Ann.vcf")).unwrap();
    write(&place, &[("Ben", "3"), ("Cid", "4")]).unwrap();
    assert_eq!(shown(&place), "Ben.vcf=3;Cid.vcf=4;");
    write(&place, &[]).unwrap();
    write(&place, &[("Dan", "5")]).unwrap();
    assert_eq!(shown(&place), "Dan.vcf=5;");
    assert_eq!(count(stage.path()), 1);
}

#[test]
fn what_somebody_else_wrote_is_never_replaced() {
    let changes: [fn(&Path); 4] = [
        |place| fs::write(place.join("notes.txt"), "mine").unwrap(),
        |place| fs::write(place.join("Ann.vcf"), "mine").unwrap(),
        |place| fs::create_dir(place.join("more")).unwrap(),
        |place| fs::remove_file(place.join(LIST)).unwrap(),
    ];
    for change in changes {
        let (stage, place) = stage();
        write(&place, &[("Ann", "1")]).unwrap();
        change(&place);
        let before = count(&place);
        let error = begin(&place).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::DirectoryNotEmpty);
        assert!(error.to_string().contains("name a new or an empty directory"), "{error}");
        assert_eq!((count(&place), count(stage.path())), (before, 1));
    }
    let (_stage, place) = stage();
    let mut directory = begin(&place).unwrap();
    directory.add("Ann", b"1").unwrap();
    fs::create_dir(&place).unwrap();
    fs::write(place.join("meanwhile"), "mine").unwrap();
    assert_eq!(directory.commit().unwrap_err().kind(), io::ErrorKind::DirectoryNotEmpty);
    assert_eq!(shown(&place), "meanwhile=mine;");
}

#[test]
fn an_empty_directory_is_taken_and_an_impossible_one_told() {
    let (stage, place) = stage();
    fs::create_dir(&place).unwrap();
    write(&place, &[("Ann", "1")]).unwrap();
    assert_eq!(shown(&place), "Ann.vcf=1;");
    let kind = |path: PathBuf| begin(&path).unwrap_err().kind();
    assert_eq!(kind(stage.path().join("no/such")), io::ErrorKind::NotFound);
    fs::write(stage.path().join("file"), "mine").unwrap();
    assert_eq!(kind(stage.path().join("file")), io::ErrorKind::NotADirectory);
    assert_eq!(count(stage.path()), 2);
}

#[test]
fn what_can_never_be_replaced_is_told_at_once() {
    let refused = |path: &Path| {
        let error = begin(path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ResourceBusy, "{error}");
        assert!(error.to_string().contains("name a new directory"), "{error}");
        error.to_string()
    };
    let current = fs::canonicalize(".").unwrap();
    assert!(refused(Path::new(".")).contains("current") && refused(&current).contains("current"));
    assert!(refused(current.ancestors().last().unwrap()).contains("mounted"));
    #[cfg(target_os = "linux")]
    assert!(refused(Path::new("/proc")).contains("mounted"));
    #[cfg(unix)]
    {
        let (stage, place) = stage();
        std::os::unix::fs::symlink(stage.path().join("nowhere"), &place).unwrap();
        assert!(refused(&place).contains("a link to what is not there"));
        assert_eq!(count(stage.path()), 1);
    }
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let (stage, place) = stage();
    fs::create_dir(&place).unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o750)).unwrap();
    let link = stage.path().join("link");
    std::os::unix::fs::symlink(&place, &link).unwrap();
    write(&link, &[("Ann", "1")]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(shown(&place), "Ann.vcf=1;");
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o750);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_listed_file_s_place_is_not_ours() {
    let (stage, place) = stage();
    write(&place, &[("Ann", "1")]).unwrap();
    fs::rename(place.join("Ann.vcf"), stage.path().join("Ann.vcf")).unwrap();
    std::os::unix::fs::symlink(stage.path().join("Ann.vcf"), place.join("Ann.vcf")).unwrap();
    assert_eq!(begin(&place).unwrap_err().kind(), io::ErrorKind::DirectoryNotEmpty);
}
