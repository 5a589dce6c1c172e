use super::*;
use clap::CommandFactory;

#[test]
fn the_command_line_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn every_flag_has_an_environment_variable() {
    let mut open = vec![Args::command()];
    while let Some(mut command) = open.pop() {
        command.build();
        for argument in command.get_arguments().filter(|argument| !argument.is_positional()) {
            let id = argument.get_id().as_str();
            assert!(argument.get_env().is_some() || ["help", "version"].contains(&id), "{id}");
        }
        open.extend(command.get_subcommands().filter(|command| command.get_name() != "help").cloned());
    }
}

#[test]
fn folder_names_may_have_slashes() {
    let names = |text: &str| folder_path(text).map(|path| path.0);
    assert_eq!(names("A/B").unwrap(), ["A", "B"]);
    assert_eq!(names("A\\/B/C\\D").unwrap(), ["A/B", "C\\D"]);
    for wrong in ["", "/A", "A/", "A//B", " "] {
        assert!(names(wrong).is_err(), "{wrong}");
    }
}
