import { register, storiesOf } from "./stories.ts";

register({ "1.0": storiesOf("old"), "2.0": storiesOf("new") });
